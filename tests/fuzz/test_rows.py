"""Arbitrary rows in every table that others can write: daemon and readers keep working."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    JobState,
    Ledger,
    count_jobs,
    end_malformed_rows,
    has_undecided,
    load_arrivals,
    load_arrived_data,
    load_counters,
    load_edits,
    load_job,
    load_jobs,
    load_lease,
    load_progress,
    load_requests,
    load_timings,
    next_queued,
    recover,
    still_failed,
)
from damnit_daemon.ledger.json_fields import parse_object
from damnit_daemon.model import RunKey
from damnit_daemon.services.job_options import load_options
from damnit_daemon.services.scheduling import schedule_pending
from tests.daemon.daemon_process import experiment, wait_until
from tests.daemon.services.test_daemon import ONE
from tests.fuzz.budget import report, rounds
from tests.fuzz.ledger_rows import insert_row

__all__ = ["experiment"]

TABLES = ["jobs", "requests", "arrivals", "progress", "counters", "edits", "meta", "lease"]
ROWS_A_ROUND = 100


def test_random_ledger_rows_stop_neither_the_daemon_intake_nor_readers(tmp_path):
    tried = wrong = 0
    for number in rounds(30):
        chance = random.Random(number)
        ledger = Ledger(tmp_path / f"{number}.sqlite")
        ledger.create()
        with closing(sqlite3.connect(ledger.path)) as con:
            tried += sum(insert_row(con, chance.choice(TABLES), chance) for _ in range(40))
            con.execute("DELETE FROM meta WHERE key = 'format'")
            con.execute("INSERT INTO meta VALUES ('format', 1)")
            con.commit()
        with ledger.writing() as con:
            end_malformed_rows(con, now=1.0)
            recover(con, now=2.0)
            for _ in range(20):
                schedule_pending(con, now=3.0)
            assert not has_undecided(con)
            for job in next_queued(con, limit=1000):
                try:
                    load_options(con, job.id)
                except DamnitError:
                    continue
        with ledger.reading() as con:
            read_all(con)
        ledger.path.unlink()
    report("rows of the ledger", tried=tried, survived=tried, told=0, wrong=wrong)


def read_all(con):
    """Read all that the commands and the app read."""
    jobs = load_jobs(con)
    still_failed(jobs)
    for job in jobs:
        assert load_job(con, job.id) == job
        load_progress(con, job.id)
        load_arrivals(con, job.run_key)
        job.duration_s(5.0)
    load_arrivals(con, RunKey(1, 1))
    load_requests(con)
    load_arrived_data(con)
    load_timings(con)
    load_counters(con)
    load_edits(con)
    load_lease(con)
    assert set(count_jobs(con)) == set(JobState)


def test_daemon_processes_every_healthy_run_between_random_ledger_rows(experiment):
    it = experiment(ONE)
    it.start_daemon()
    wait_until(it.looked)
    tried = lost = 0
    for number in rounds(2):
        chance = random.Random(number)
        with closing(sqlite3.connect(it.folder.ledger, timeout=60)) as con:
            for _ in range(ROWS_A_ROUND):
                tried += insert_row(con, chance.choice(TABLES[:6]), chance)
            con.commit()
        run = 1000 + number
        it.arrive(run)
        it.has_cells(run, one=1)
        assert it.daemons[0].poll() is None, it.log_text()
    wait_until(lambda: unanswered(it.folder.ledger) == 0, timeout_s=60)
    assert it.daemons[0].poll() is None, it.log_text()
    with closing(sqlite3.connect(it.folder.ledger)) as con:
        answers = con.execute("SELECT answer FROM requests WHERE state = 'refused'").fetchall()
    told = sum(bool(parse_object(answer).get("reason")) for (answer,) in answers)
    report("random rows, daemon", tried=tried, survived=tried - told, told=told, wrong=lost)


def unanswered(path):
    """Count the requests that wait."""
    with closing(sqlite3.connect(path, timeout=60)) as con:
        sql = "SELECT count(*) FROM requests WHERE state = 'waiting'"
        return con.execute(sql).fetchone()[0]
