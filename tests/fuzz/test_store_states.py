"""The database through values and edits in any order, as its readers see it."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.store import (
    ChangeFeed,
    Database,
    EditConflict,
    LabelChange,
    LabelsChanged,
    NewValue,
    ValueEdit,
    add_user_variable,
    create_database,
    ensure_run,
    load_values,
    save_changes,
    save_labels,
    save_values,
)
from tests.daemon.feed_reader import read_on, take
from tests.fuzz.budget import report, rounds

NAMES = ["a", "b", "grp.c"]
OWN = "sample"
KEYS = [RunKey(1234, 1), RunKey(1234, 2), RunKey(99, 1)]
READERS = 2

RUNS = st.sampled_from(KEYS)
COMPUTED = st.sampled_from(NAMES)
EDITED = st.sampled_from(["comment", OWN])
VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)  # fmt: skip
LABELS = st.sampled_from([(), ("good",), ("dark",), ("bad", "dark")])
TEXTS = st.sampled_from([None, "seen", "again", "dark"])
tally = {"steps": 0, "refused": 0}


class StoreStates(RuleBasedStateMachine):
    """A database, what it ought to hold, and what two readers know of it."""

    def __init__(self):
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        path = Path(self.place.name) / "runs.sqlite"
        create_database(path, proposal=1234, context_python=None)
        self.database = Database(path)
        self.now = 1.7e9
        with self.database.writing() as con:
            add_user_variable(con, VariableInfo(OWN, "Sample", type="string"))
        self.cells = {}
        self.ages = {}
        self.readers = [ChangeFeed(self.database, now=lambda: self.now) for _ in range(READERS)]
        self.seen = [{} for _ in range(READERS)]
        self.labels = {}
        self.seen_labels = [{} for _ in range(READERS)]

    def teardown(self):
        for reader in self.readers:
            reader.close()
        self.place.cleanup()

    def writing(self):
        tally["steps"] += 1
        self.now += 1
        return self.database.writing()

    @rule(key=RUNS, name=COMPUTED, value=VALUES, age=st.integers(0, 50))
    def compute(self, key, name, value, age):
        """What a job has computed some time ago, before or after what is there."""
        with self.writing() as con:
            at = self.now - age
            new = NewValue(key, name, value, attributes={"computed_at": at})
            told = save_values(con, [new], now=self.now)
        is_newer = at > self.ages.get((key, name), 0)
        assert bool(told.written) is is_newer
        assert bool(told.outdated) is not is_newer
        if is_newer:
            self.cells[key, name] = value
            self.ages[key, name] = at

    @rule(key=RUNS, value=VALUES)
    def compute_what_is_typed(self, key, value):
        """A context file cannot write into a variable of the users' own."""
        with self.writing() as con:
            told = save_values(con, [NewValue(key, OWN, value)], now=self.now)
        assert [each.name for each in told.rejected] == [OWN]
        tally["refused"] += 1

    @rule(key=RUNS, name=EDITED, new=TEXTS, old=st.none() | TEXTS, knows=st.booleans())
    def edit(self, key, name, new, old, knows):
        """Type a value, having seen the present one or another."""
        present = self.cells.get((key, name))
        old = present if knows else old
        if present not in (new, old):
            with pytest.raises(EditConflict), self.writing() as con:
                save_changes(con, [ValueEdit(key, name, old, new)], now=self.now)
            tally["refused"] += 1
            return
        with self.writing() as con:
            save_changes(con, [ValueEdit(key, name, old, new)], now=self.now)
        if present != new:
            self.cells[key, name] = new

    @rule(key=RUNS, new=LABELS, old=LABELS, knows=st.booleans())
    def label(self, key, new, old, knows):
        """Label a run, having seen its present labels or others."""
        present = self.labels.get(key, ())
        change = LabelChange(key, present if knows else old, new)
        if present not in (change.old, new):
            with pytest.raises(LabelsChanged), self.writing() as con:
                ensure_run(con, key, added_at=1.0)
                save_labels(con, [change])
            tally["refused"] += 1
            return
        with self.writing() as con:
            ensure_run(con, key, added_at=1.0)
            save_labels(con, [change])
        self.labels[key] = new

    @rule(keys=st.permutations(KEYS), name=COMPUTED)
    def fail(self, keys, name):
        """A writer that fails has written nothing."""
        new = [NewValue(key, name, "half") for key in keys]
        with pytest.raises(InterruptedError), self.writing() as con:
            save_values(con, new, now=self.now)
            raise InterruptedError

    @rule(key=RUNS, name=COMPUTED | EDITED)
    def delete(self, key, name):
        """Another program deletes a row."""
        with closing(sqlite3.connect(self.database.path)) as con, con:
            con.execute(
                "DELETE FROM run_variables WHERE proposal = ? AND run = ? AND name = ?",
                (*key, name),
            )
        self.cells.pop((key, name), None)
        self.ages.pop((key, name), None)

    @rule(number=st.integers(0, READERS - 1))
    def read(self, number):
        """A reader looks until there is nothing more to see."""
        reader, labels = self.readers[number], self.seen_labels[number]
        read_on(reader, self.seen[number], labels)
        assert self.seen[number] == self.cells
        assert {k: v for k, v in labels.items() if v} == {k: v for k, v in self.labels.items() if v}

    @rule(number=st.integers(0, READERS - 1), near=st.lists(RUNS, max_size=2))
    def glance(self, number, near):
        """A reader looks once: what it then knows of is there, or was a moment ago."""
        found = self.readers[number].changes(near)
        take(found, self.seen[number], self.seen_labels[number])

    @rule(number=st.integers(0, READERS - 1))
    def open_again(self, number):
        self.readers[number].close()
        self.readers[number] = ChangeFeed(self.database, now=lambda: self.now)
        self.seen[number] = {}
        self.seen_labels[number] = {}

    @invariant()
    def all_is_stored(self):
        with self.database.reading() as con:
            stored = {(value.key, value.name): value.value for value in load_values(con)}
        assert stored == self.cells


def test_database_keeps_its_invariants_for_values_and_edits_in_any_order():
    for _ in rounds(1):
        run_machine(
            StoreStates,
            settings=settings(
                max_examples=15, stateful_step_count=30, deadline=None, database=None
            ),
        )
    report(
        "database: steps", tried=tally["steps"], survived=tally["steps"] - tally["refused"],
        told=tally["refused"], wrong=0,
    )  # fmt: skip
