"""The commands `jobs` and `timings`."""

from __future__ import annotations

import json
import time

import pytest

from damnit_daemon.cli.daemon_request import NO_DAEMON, START_HINT
from damnit_daemon.ledger import (
    Executor,
    JobState,
    NewJob,
    Outcome,
    Placement,
    VariableProgress,
    acquire,
    add_job,
    expect_variables,
    save_advance,
    save_progress,
    set_state,
    this_process,
)
from damnit_daemon.model import RunKey
from damnit_daemon.model.advance import Advance

PLACE = Placement(Executor.LOCAL, "exflhost", 17)


@pytest.fixture
def filled(ledger):
    """Job 1 is done, 2 failed, 3 runs, 4 and 5 wait."""
    with ledger.writing() as con:
        for run in range(1, 6):
            add_job(con, NewJob(RunKey(1234, run), "raw", arrived_at=run), now=100.0)
        for job_id in (1, 2, 3):
            set_state(con, job_id, JobState.RUNNING, now=200.0, placement=PLACE)
            expect_variables(con, job_id, ["a", "b"])
            news = [
                VariableProgress(job_id, "a", Outcome.DONE, 200.0, float(job_id)),
                VariableProgress(job_id, "b", Outcome.FAILED, 200.0, 0.5, "KeyError: 'x'"),
            ]
            save_progress(con, news[: 3 - job_id // 2])
        set_state(con, 1, JobState.DONE, now=203.5)
        set_state(con, 2, JobState.FAILED, now=260.0, reason="no \x1b[31mfiles\nof run 2")
    return ledger


def columns(text):
    return [line.split() for line in text.splitlines()]


def test_jobs_and_timings_are_empty_without_ledger(damnit, folder):
    assert damnit("jobs").out == f"no jobs yet. {NO_DAEMON} {START_HINT}\n"
    assert damnit("jobs", "--json").out == "[]\n"
    assert damnit("timings", "--json").out == "[]\n"
    assert damnit("timings").code == 1
    assert not folder.ledger.exists()


def test_jobs_fails_without_folder(damnit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = damnit("jobs")
    assert result.code == 1
    assert "no run database" in result.err


def test_jobs_lists_running_then_waiting_then_finished_jobs(damnit, filled):
    lines = damnit("jobs").out.splitlines()
    header, *rows = columns("\n".join(lines))
    assert header == ["job", "run", "data", "state", "variables", "time", "host", "reason"]
    assert [row[0] for row in rows] == ["3", "5", "4", "2", "1"]
    assert [row[4] for row in rows] == ["running", "queued", "queued", "failed", "done"]
    assert "2/2 (1 failed)  1 min" in lines[4]
    assert lines[4].endswith(r"exflhost  no \x1b[31mfiles")
    assert "3.5 s" in lines[5]


def test_jobs_and_status_show_progress_of_functions(damnit, filled):
    with filled.writing() as con:
        acquire(con, this_process(), now=time.time())
        save_progress(con, [VariableProgress(3, "c", Outcome.RUNNING, 200.0)])
    assert damnit("jobs").out.splitlines()[1].endswith("exflhost  c")
    with filled.writing() as con:
        save_advance(con, 3, "c", Advance(230.0, 500.0, "tr\x1bains"))
    assert damnit("jobs").out.splitlines()[1].endswith(r"exflhost  c: 230 of 500 tr\x1bains")
    assert r"  computing    p1234, r3: c: 230 of 500 tr\x1bains" in damnit("status").out
    (running,) = json.loads(damnit("jobs", "--json").out)[0]["running"]
    progress = {"done": 230.0, "total": 500.0, "unit": "tr\x1bains", "ends_at": None}
    assert running == {"name": "c", "started_at": 200.0, "progress": progress}
    (running,) = json.loads(damnit("status", "--json").out)["running"]
    assert (running["run"], running["progress"]) == ("p1234, r3", progress)
    with filled.writing() as con:
        con.execute("DELETE FROM lease")
    assert damnit("jobs").out.splitlines()[1].endswith("exflhost")
    assert json.loads(damnit("status", "--json").out)["running"] == []


def test_jobs_limits_number_of_rows(damnit, filled):
    lines = damnit("jobs", "-n", 1).out.splitlines()
    assert [line.split()[0] for line in lines] == ["job", "3", "5", "2", "and"]
    assert lines[-1] == "and 2 more (--all)"
    assert len(damnit("jobs", "-n", 1, "--all").out.splitlines()) == 6


def test_jobs_prints_json(damnit, filled):
    found = json.loads(damnit("jobs", "--json").out)
    assert [job["id"] for job in found] == [3, 5, 4, 2, 1]
    failed = found[3]
    assert failed.pop("origin") == "arrival"
    assert failed == {
        "id": 2, "proposal": 1234, "run": 2, "data": "raw", "variables": None, "match": [],
        "state": "failed", "reason": "no \x1b[31mfiles\nof run 2", "user": "", "priority": 0,
        "attempt": 1, "executor": "local", "host": "exflhost", "pid": 17, "slurm_id": None,
        "created_at": 100.0, "started_at": 200.0, "ended_at": 260.0, "duration_s": 60.0,
        "variables_total": 2, "variables_done": 2, "variables_failed": 1, "merged_into": None,
        "running": [],
    }  # fmt: skip


def test_jobs_reads_while_daemon_writes(damnit, filled):
    with filled.writing() as con:
        set_state(con, 3, JobState.DONE, now=300.0)
        assert damnit("jobs").out.splitlines()[1].split()[4] == "running"
    assert damnit("jobs", "-n", 1).out.splitlines()[2].split()[0] == "3"


def test_jobs_works_in_read_only_folder(damnit, filled, folder):
    before = sorted(folder.path.iterdir())
    folder.path.chmod(0o555)
    try:
        assert damnit("jobs").code == 0
    finally:
        folder.path.chmod(0o755)
    assert sorted(folder.path.iterdir()) == before


def test_timings_prints_statistics_per_variable(damnit, filled):
    lines = damnit("timings").out.splitlines()
    assert columns("\n".join(lines))[0] == ["variable", "count", "median", "p95", "share"]
    assert lines[1].split() == ["a", "3", "2", "s", "3", "s", "100.0%"]
    (found,) = json.loads(damnit("timings", "--json").out)
    assert found == {
        "name": "a", "count": 3, "median_s": 2.0, "p95_s": 3.0, "total_s": 6.0, "share": 1.0,
    }  # fmt: skip


def test_timings_without_jobs_says_so(damnit, ledger):
    assert "no timings yet" in damnit("timings").out
