"""The combiner with fragments in any order, repeated and damaged: the newest value stays."""

from __future__ import annotations

import itertools
import random
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from damnit_daemon.combine import combine_folder, combine_run, ingest, restore
from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import Database, create_database
from tests.daemon.builders import cells
from tests.daemon.hdf5.builders import Fragment
from tests.fuzz.budget import report, rounds

KEYS = [RunKey(1234, 1), RunKey(1234, 2)]
NAMES = ["a", "b", "grp.c"]
TIMES = [1000.0 + number for number in range(40)]
"""In no order: what is computed late may be taken in first."""

RUNS = st.sampled_from(KEYS)
CHANCE = st.randoms(use_true_random=False)
VALUES = st.sampled_from([0, 1, 0.5, -1.0, "", "text", "é"]) | st.integers(-1000, 1000)
tally = {"fragments": 0, "damaged": 0}


class CombinerStates(RuleBasedStateMachine):
    """A folder, the fragments in it, and what its files and its database ought to hold."""

    def __init__(self):
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.folder = DamnitFolder(Path(self.place.name))
        create_database(self.folder.database, proposal=1234, context_python=None)
        self.folder.extracted_data.mkdir()
        self.numbers = itertools.count()
        self.waiting = {}
        """What is in each fragment that was not merged: time and value by run and name."""
        self.merged = {}
        self.stored = {}
        self.now = 2000.0

    @initialize(order=st.permutations(TIMES))
    def choose_times(self, order):
        self.times = list(order)

    def teardown(self):
        self.place.cleanup()

    def path(self, key):
        name = f"p{key.proposal}_r{key.run}.{next(self.numbers):08}.ready.h5"
        return self.folder.extracted_data / name

    @precondition(lambda self: self.times)
    @rule(key=RUNS, names=st.sets(st.sampled_from(NAMES), min_size=1), value=VALUES,
          fails=st.booleans())  # fmt: skip
    def compute(self, key, names, value, fails):
        at = self.times.pop()
        fragment = Fragment(self.path(key))
        for name in sorted(names):
            if fails:
                fragment.error(name, f"at {at}", at=at)
            else:
                fragment.value(name, value, at=at)
        held = ("ValueError", f"at {at}") if fails else value
        self.waiting[fragment.path] = {(key, name): (at, held) for name in names}
        tally["fragments"] += 1

    @rule(key=RUNS, size=st.integers(0, 2000))
    def damage(self, key, size):
        """A file that is none, or that ends too early."""
        whole = Fragment(self.path(key)).value("a", 1e9, at=5000.0).path
        content = whole.read_bytes()
        whole.write_bytes(content[: min(size, len(content) // 2)])
        self.waiting[whole] = {}
        tally["damaged"] += 1

    @rule(chance=CHANCE)
    def take_in(self, chance):
        """Save to the database what will be merged later."""
        paths = some_of(self.waiting, chance)
        ingest(self.folder, paths, now=self.tick())
        for path in paths:
            newer(self.stored, self.waiting[path])

    @rule(key=RUNS, chance=CHANCE, again=st.booleans())
    def combine(self, key, chance, again):
        """Some fragments of a run; what a killed combiner left is there once more."""
        mine = [path for path, held in self.waiting.items() if belongs(path, key)]
        paths = some_of(mine, chance)
        kept = {path: path.read_bytes() for path in paths}
        combine_run(self.folder, key, paths, now=self.tick())
        for path in paths:
            assert not path.exists()
            held = self.waiting.pop(path)
            newer(self.stored, held)
            newer(self.merged, held)
            if again and held:
                path.write_bytes(kept[path])
                self.waiting[path] = held

    @rule()
    def sweep(self):
        combine_folder(self.folder, now=self.tick())
        for held in self.waiting.values():
            newer(self.stored, held)
            newer(self.merged, held)
        assert not any(path.exists() for path in self.waiting)
        self.waiting.clear()

    @rule(key=RUNS)
    def lose_rows(self, key):
        """Rows that others deleted come back from the results file."""
        with Database(self.folder.database).writing() as con:
            con.execute("DELETE FROM run_variables WHERE run = ?", (key.run,))
        self.stored = {cell: held for cell, held in self.stored.items() if cell[0] != key}
        mine = {cell: held for cell, held in self.merged.items() if cell[0] == key}
        if mine:
            restore(self.folder, key, [name for _, name in mine], now=self.tick())
            newer(self.stored, mine)

    @invariant()
    def the_database_has_the_newest(self):
        for key in KEYS:
            wanted = {name: held for (run, name), (_, held) in self.stored.items() if run == key}
            assert cells(self.folder, key.run) == wanted

    @invariant()
    def the_files_have_the_newest(self):
        for key in KEYS:
            wanted = {name: held for (run, name), (_, held) in self.merged.items() if run == key}
            path = self.folder.results_file(key)
            assert path.exists() == bool(wanted)
            if wanted:
                with ResultsFile(path) as file:
                    for name, held in wanted.items():
                        if isinstance(held, tuple):
                            assert not file.has_data(name)
                        else:
                            assert file.read(name) == held
                    assert set(file.names()) == set(wanted)

    def tick(self):
        self.now += 1
        return self.now


def newer(known, held):
    """Let what was computed later replace what was computed before."""
    for cell, (at, value) in held.items():
        if cell not in known or known[cell][0] < at:
            known[cell] = (at, value)


def some_of(paths, chance: random.Random):
    """Some of several, in any order."""
    paths = list(paths)
    return chance.sample(paths, chance.randint(0, len(paths)))


def belongs(path, key):
    return path.name.startswith(f"p{key.proposal}_r{key.run}.")


def test_combiner_keeps_the_newest_values_for_fragments_in_any_order():
    for _ in rounds(1):
        run_machine(
            CombinerStates,
            settings=settings(max_examples=6, stateful_step_count=20, deadline=None, database=None),
        )
    report(
        "combiner: fragments", tried=tally["fragments"] + tally["damaged"],
        survived=tally["fragments"], told=tally["damaged"], wrong=0,
    )  # fmt: skip
