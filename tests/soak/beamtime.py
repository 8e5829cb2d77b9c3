"""A simulated beamtime: events, expectations, and the outcome of each fault."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

from damnit_daemon.ledger import JobState, RequestKind
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, NewValue, save_values
from damnit_daemon.store.edits import MANUAL_PROVENANCE
from tests.daemon.daemon_process import wait_until
from tests.daemon.feed_reader import read_on
from tests.fuzz.budget import report

CONTEXT = """\
from damnit_ctx import Variable

@Variable
def square(run, number: "meta#run_number"):
    return number ** 2

@Variable(cluster={cluster})
def after(run, square: "var#square"):
    return square + 1

@Variable
def odd_fails(run, number: "meta#run_number"):
    if number % 2:
        raise ValueError(f"odd: {{number}}")
    return number
"""
MOST_OPEN = 12
"""So many runs may be in work before more arrive: the end is never far."""

LONGEST_S = 300.0
"""How long the daemon may take for what is open."""


@dataclass(frozen=True)
class Fault:
    """Something that went wrong, and the runs that arrived just before, meanwhile and after."""

    kind: str
    first_run: int
    last_run: int


class Beamtime:
    """An experiment, what is expected of it, and the apps that watch it."""

    def __init__(self, it, apps):
        self.it = it
        self.apps = apps
        self.seen = [{} for _ in apps]
        self.runs = 0
        self.comments = {}
        self.faults = []
        self.kinds = []
        """What is still to go wrong, before all kinds of faults come again in another order."""
        self.late_s = 0.0
        """The longest time that it took until nothing was open any more."""

    def arrive(self, count=1):
        for _ in range(count):
            self.runs += 1
            self.it.arrive(self.runs)

    @property
    def events(self):
        """What can happen besides arrivals; of each a name and what it does."""
        return {
            "daemon killed": self.kill,
            "daemon stopped": self.stop,
            "daemon stands still": self.stand_still,
            "database locked": self.lock,
        }

    def live(self, chance):
        """Let some runs arrive, people work, and one thing go wrong."""
        self.arrive(chance.randint(1, 2))
        first = self.runs
        for work in chance.sample([self.edit, self.again, self.look], 2):
            work(chance)
        if not self.kinds:
            self.kinds = chance.sample(list(self.events), len(self.events))
        kind = self.kinds.pop()
        self.events[kind](chance)
        self.arrive()
        self.faults.append(Fault(kind, first, self.runs))
        self.wait_for_few(MOST_OPEN)

    def kill(self, _):
        daemon = self.it.daemons[-1]
        daemon.kill()
        daemon.wait()
        self.arrive()
        self.it.start_daemon()

    def stop(self, _):
        daemon = self.it.daemons[-1]
        daemon.terminate()
        self.arrive()
        assert daemon.wait(60) == 0, self.it.log_text()[-2000:]
        self.it.start_daemon()

    def stand_still(self, chance):
        """It is stopped by the system for a while, in the middle of anything."""
        daemon = self.it.daemons[-1]
        daemon.send_signal(signal.SIGSTOP)
        self.arrive()
        time.sleep(chance.uniform(0.2, 2))
        daemon.send_signal(signal.SIGCONT)

    def lock(self, chance):
        """Another program writes while runs arrive."""
        with closing(sqlite3.connect(self.it.folder.database, timeout=60)) as con:
            con.execute("BEGIN IMMEDIATE")
            self.arrive(chance.randint(1, 2))
            time.sleep(chance.uniform(0, 1))
            con.rollback()

    def edit(self, chance):
        run = chance.randint(1, self.runs)
        self.comments[run] = f"seen {chance.random():.6f}"
        new = NewValue(RunKey(1234, run), "comment", self.comments[run], None, MANUAL_PROVENANCE)
        with Database(self.it.folder.database, timeout_s=60).writing() as con:
            save_values(con, [new], now=time.time())

    def again(self, chance):
        runs = [[1234, chance.randint(1, self.runs)]]
        self.it.ask(RequestKind.REPROCESS, runs=runs)

    def look(self, _=None):
        for app, seen in zip(self.apps, self.seen, strict=True):
            read_on(app, seen)

    def open_runs(self):
        """How many runs have no job yet, or one that is not over."""
        states = {}
        for job in self.it.jobs():
            states.setdefault(job.run_key.run, []).append(job.state.is_over)
        return self.runs - sum(map(all, states.values()))

    def wait_for_few(self, most):
        """Wait until only so many runs are in work."""
        began_s = time.monotonic()
        wait_until(lambda: self.open_runs() <= most, timeout_s=LONGEST_S, every_s=0.2)
        self.late_s = max(self.late_s, time.monotonic() - began_s)

    def wrong_cells(self):
        """Of each run the cells that are not what they ought to be, in the database or an app."""
        found = Counter()
        for run in range(1, self.runs + 1):
            cells = self.it.cells(run)
            failed = ("ValueError", f"odd: {run}")
            wanted = {"square": run**2, "after": run**2 + 1, "comment": self.comments.get(run)}
            wanted["odd_fails"] = failed if run % 2 else run
            found[run] += sum(cells.get(name) != value for name, value in wanted.items())
            found[run] += sum(
                seen.get((RunKey(1234, run), "square")) != run**2 for seen in self.seen
            )
        return found

    def close(self):
        """Wait for the end; report what became of each fault and each run, and tell what is wrong.

        A fault is survived if all runs about it are complete, and no job of theirs came to
        another end than it should.
        """
        self.wait_for_few(0)
        self.look()
        wrong = self.wrong_cells()
        lost = {
            job.run_key.run: job.reason or str(job.state)
            for job in self.it.jobs()
            if job.state is not JobState.DONE and job.merged_into is None
        }
        for kind in sorted({fault.kind for fault in self.faults}):
            spans = [range(f.first_run, f.last_run + 1) for f in self.faults if f.kind == kind]
            good = [not any(wrong[run] or run in lost for run in span) for span in spans]
            report(
                f"beamtime: {kind}", tried=len(spans), survived=sum(good), told=0,
                wrong=len(spans) - sum(good),
            )  # fmt: skip
        told = [run for run in range(1, self.runs + 1) if "odd_fails" in self.errors(run)]
        report(
            f"beamtime: runs; the longest wait for the daemon {self.late_s:.0f} s",
            tried=self.runs,
            survived=sum(not wrong[run] and run not in lost for run in range(1, self.runs + 1)),
            told=len(told),
            wrong=len({run for run in wrong if wrong[run]} | lost.keys()),
        )
        return {run: number for run, number in wrong.items() if number} | lost

    def errors(self, run):
        """The cells of a run that say why they are empty."""
        return {name for name, value in self.it.cells(run).items() if isinstance(value, tuple)}


class Outages(Beamtime):
    """With a broker that announces each run, and a Slurm; both go away and come back."""

    def __init__(self, it, apps, kafka, topic, slurm):
        super().__init__(it, apps)
        self.kafka = kafka
        self.topic = topic
        self.slurm = slurm
        self.unannounced = []
        self.has_broker = True

    @property
    def events(self):
        return super().events | {
            "broker away": self.broker_away,
            "broker and daemon away": self.broker_and_daemon_away,
            "Slurm away": self.slurm_away,
            "Slurm stands still": self.slurm_stands_still,
            "Slurm and daemon away": self.slurm_and_daemon_away,
            "node lost": self.lose_node,
        }

    def arrive(self, count=1):
        for _ in range(count):
            super().arrive()
            self.unannounced.append(self.runs)
        if self.has_broker:
            self.announce()

    def announce(self):
        """Tell of runs, as the facility does once the broker can be reached."""
        messages = [
            json.dumps({"event": "migration_complete", "proposal": "1234", "run": run}).encode()
            for run in self.unannounced
        ]
        self.kafka.send(self.topic, messages, timeout_s=60)
        self.unannounced.clear()

    def broker_away(self, chance, meanwhile=None):
        self.kafka.kill()
        self.has_broker = False
        try:
            self.arrive()
            time.sleep(chance.uniform(0.5, 4))
            if meanwhile is not None:
                meanwhile(chance)
        finally:
            self.kafka.start()
            self.has_broker = True
        self.announce()

    def broker_and_daemon_away(self, chance):
        self.broker_away(chance, meanwhile=self.kill)

    def slurm_away(self, chance, meanwhile=None):
        self.slurm.stop_controller()
        try:
            self.arrive()
            time.sleep(chance.uniform(0.5, 4))
            if meanwhile is not None:
                meanwhile(chance)
        finally:
            self.slurm.start_controller()

    def slurm_and_daemon_away(self, chance):
        self.slurm_away(chance, meanwhile=self.kill)

    def slurm_stands_still(self, chance):
        pid = self.slurm.pid("slurmctld")
        os.kill(pid, signal.SIGSTOP)
        try:
            self.arrive()
            time.sleep(chance.uniform(0.5, 4))
        finally:
            os.kill(pid, signal.SIGCONT)

    def lose_node(self, _):
        """A node loses its power, and what ran on it is begun anew."""
        self.slurm.kill_node("n2")
        try:
            self.arrive()
        finally:
            self.slurm.start_node("n2")
