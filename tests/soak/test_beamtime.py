"""Beamtime, accelerated: runs, edits, restarts, kills, locks and several apps at once."""

from __future__ import annotations

import random
import sqlite3
from contextlib import ExitStack, closing

import pytest

from damnit_daemon.ledger import JobState, RequestKind
from damnit_daemon.model import RunKey
from damnit_daemon.store import ChangeFeed, Database, NewValue, save_values
from damnit_daemon.store.edits import MANUAL_PROVENANCE
from tests.daemon.daemon_process import experiment, wait_until
from tests.fuzz.budget import report, rounds

__all__ = ["experiment"]

CONTEXT = """\
@Variable
def square(run, number: "meta#run_number"):
    return number ** 2

@Variable
def after(run, square: "var#square"):
    return square + 1

@Variable
def odd_fails(run, number: "meta#run_number"):
    if number % 2:
        raise ValueError(f"odd: {number}")
    return number
"""
APPS = 3


class Beamtime:
    """An experiment, what is expected of it, and the apps that watch it."""

    def __init__(self, it, apps):
        self.it = it
        self.apps = apps
        self.seen = [{} for _ in apps]
        self.runs = 0
        self.comments = {}
        self.faults = 0

    def arrive(self, count):
        for _ in range(count):
            self.runs += 1
            self.it.arrive(self.runs)

    def disturb(self, chance):
        """One thing that happens in a beamtime."""
        what = chance.choice([self.kill, self.stop, self.lock, self.edit, self.again])
        self.faults += what is not self.edit
        what(chance)

    def kill(self, _):
        daemon = self.it.daemons[-1]
        daemon.kill()
        daemon.wait()
        self.it.start_daemon()

    def stop(self, _):
        daemon = self.it.daemons[-1]
        daemon.terminate()
        assert daemon.wait(60) == 0, self.it.said()[-2000:]
        self.it.start_daemon()

    def lock(self, chance):
        """Another program writes while runs arrive."""
        with closing(sqlite3.connect(self.it.folder.database, timeout=60)) as con:
            con.execute("BEGIN IMMEDIATE")
            self.arrive(chance.randint(1, 2))
            con.rollback()

    def edit(self, chance):
        run = chance.randint(1, self.runs)
        self.comments[run] = f"seen {chance.random():.6f}"
        new = NewValue(RunKey(1234, run), "comment", self.comments[run], None, MANUAL_PROVENANCE)
        with Database(self.it.folder.database).writing() as con:
            save_values(con, [new], now=chance.random())

    def again(self, chance):
        runs = [[1234, chance.randint(1, self.runs)]]
        self.it.ask(RequestKind.REPROCESS, runs=runs)

    def look(self):
        for app, seen in zip(self.apps, self.seen, strict=True):
            seen.update({(v.key.run, v.name): v.value for v in app.changes().values})

    def wrong(self):
        """Cells that are not what they ought to be; what each app saw counts, too."""
        found = 0
        for run in range(1, self.runs + 1):
            cells = self.it.cells(run)
            found += cells.get("square") != run**2
            found += cells.get("after") != run**2 + 1
            failed = ("ValueError", f"odd: {run}")
            found += cells.get("odd_fails") != (failed if run % 2 else run)
            found += cells.get("comment") != self.comments.get(run)
            for seen in self.seen:
                found += seen.get((run, "square")) != run**2
        return found


def is_over(it, runs):
    jobs = it.jobs()
    known = {job.run_key.run for job in jobs}
    return len(known) >= runs and all(job.state.is_over for job in jobs)


@pytest.mark.timeout(0)
def test_a_beamtime_ends_with_nothing_wrong_or_lost(experiment):
    it = experiment(CONTEXT)
    it.start_daemon()
    wait_until(it.looked)
    with ExitStack() as stack:
        apps = [ChangeFeed(Database(it.folder.database)) for _ in range(APPS)]
        for app in apps:
            stack.callback(app.close)
        beamtime = Beamtime(it, apps)
        for number in rounds(4):
            chance = random.Random(number)
            beamtime.arrive(chance.randint(1, 3))
            beamtime.disturb(chance)
            beamtime.look()
            if beamtime.runs > 2000:  # the rest of the budget: at the pace of the daemon
                wait_until(lambda: is_over(it, beamtime.runs), timeout_s=3600, every_s=1)
        wait_until(lambda: is_over(it, beamtime.runs), timeout_s=3600, every_s=0.2)
        beamtime.look()
        jobs = it.jobs()
        lost = [job for job in jobs if job.state is not JobState.DONE and job.merged_into is None]
        wrong = beamtime.wrong() + len(lost)
    told = sum(run % 2 for run in range(1, beamtime.runs + 1))
    report(
        f"beamtime of {beamtime.runs} runs",
        tried=beamtime.faults,
        survived=beamtime.faults,
        told=told,
        wrong=wrong,
    )
    assert wrong == 0, it.said()[-3000:]
