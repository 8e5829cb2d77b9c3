"""A stream of runs, and daemons that are killed with SIGKILL at one instant after the other.

    python killed.py FOLDER RUNS

Every third daemon dies after some time, so in the middle of SQLite's own work as well; every
third at a function call, so between any two statements of a transaction; and every third while
a job of its runs, with a transaction half written. Runs arrive for each of them, so that none
is without work. Each goes on from what the one before left; the last one is spared. Print for
each whether it left a half-written transaction, and its exit code.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from damnit_daemon.ledger import (
    JobState,
    Ledger,
    NewJob,
    Outcome,
    RequestKind,
    RequestState,
    VariableProgress,
    add_job,
    add_job_for_arrival,
    add_request,
    answer_request,
    count,
    expect_variables,
    next_queued,
    pending_arrivals,
    prune,
    record_arrival,
    recover,
    release,
    renew,
    save_progress,
    set_state,
    take_lease,
    take_requests,
)
from damnit_daemon.model import RunKey
from damnit_daemon.model.arrival import Arrival, ArrivalSource

KILLS = 60


class Fate:
    """Counts the function calls of this process and kills it at the given one."""

    def __init__(self, last: int) -> None:
        self.left = last

    def __call__(self, frame, event, argument) -> None:
        if event.endswith("call"):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def die_in_a_job(frame, event, argument) -> None:
    """Kill this process where the progress of a running job is written, but not committed."""
    if event == "call" and frame.f_code is renew.__code__:
        os.kill(os.getpid(), signal.SIGKILL)


class Daemon:
    """Takes runs from a topic, of which an offset is committed, and does all that is owed."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.ledger = Ledger(folder / "daemon.sqlite")
        self.offset = folder / "offset"
        self.runs = runs
        self.token = ""

    def work(self) -> None:
        self.ledger.create()
        self.token = take_lease(self.ledger, sleep=never)
        with self.ledger.writing(self.token) as con:
            recover(con, now=time.time())
        while self.listen() + self.serve() + self.decide() + self.run():
            pass
        with self.ledger.writing(self.token) as con:
            release(con, self.token)

    def listen(self) -> bool:
        offset = int(self.offset.read_text()) if self.offset.exists() else 0
        if offset == self.runs:
            return False
        key = RunKey(1234, offset)
        with self.ledger.writing(self.token) as con:
            told = Arrival(ArrivalSource.KAFKA, f"topic/{offset}", key, "raw", None)
            if record_arrival(con, told, now=time.time()):
                count(con, "told")
        beside = self.offset.with_suffix(".new")
        beside.write_text(str(offset + 1))
        beside.replace(self.offset)
        return True

    def serve(self) -> bool:
        with self.ledger.writing(self.token) as con:
            taken = take_requests(con, now=time.time())
        for request in taken:
            with self.ledger.writing(self.token) as con:
                added = add_job(con, NewJob(RunKey(1234, 9999)), now=time.time())
                if answer_request(
                    con, request.id, RequestState.DONE, {"job": added.id}, now=time.time()
                ):
                    count(con, "answered")
        return bool(taken)

    def decide(self) -> bool:
        with self.ledger.writing(self.token) as con:
            pending = pending_arrivals(con)
            for found in pending:
                arrival = found.arrival
                new = NewJob(arrival.run_key, arrival.data)
                add_job_for_arrival(con, found.id, new, now=time.time())
        return bool(pending)

    def run(self) -> bool:
        with self.ledger.writing(self.token) as con:
            queued = next_queued(con)
            for job in queued:
                set_state(con, job.id, JobState.RUNNING, now=time.time())
                expect_variables(con, job.id, ["a", "b"])
        for job in queued:
            with self.ledger.writing(self.token) as con:
                news = [VariableProgress(job.id, name, Outcome.DONE, 1.0, 1.0) for name in "ab"]
                save_progress(con, news)
                renew(con, self.token, now=time.time())
            with self.ledger.writing(self.token) as con:
                if set_state(con, job.id, JobState.DONE, now=time.time(), attempt=job.attempt + 1):
                    count(con, f"done {job.id}")
                prune(con, keep_progress=5)
        return bool(queued)


def never(seconds: float) -> None:
    raise AssertionError("a daemon that was killed is replaced without a wait")


def kill_one(daemon: Daemon, number: int, chance: random.Random) -> None:
    last, moment_s = chance.randint(50, 2000), chance.uniform(0.001, 0.03)
    child = os.fork()
    if child == 0:
        if number % 3:
            sys.setprofile(Fate(last) if number % 3 == 1 else die_in_a_job)
        try:
            daemon.work()
        except BaseException as error:  # noqa: BLE001 – the child of a test
            print(repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    if not number % 3:
        time.sleep(moment_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    exit_code = os.waitstatus_to_exitcode(status)
    journal = daemon.ledger.path.with_name("daemon.sqlite-journal")
    print("half-written" if journal.exists() else "whole", exit_code, flush=True)


def main() -> None:
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    Ledger(folder / "daemon.sqlite").create()
    chance = random.Random(3)
    for number in range(KILLS):
        daemon = Daemon(folder, runs * (number + 1) // KILLS)
        kill_one(daemon, number, chance)
        if number % 10 == 0:
            with daemon.ledger.writing() as con:
                add_request(con, RequestKind.REPROCESS, {}, user="", host="", now=time.time())
    daemon.work()


if __name__ == "__main__":
    main()
