"""The commands `cancel`, `retry` and `combine` with and without a daemon."""

from __future__ import annotations

import getpass

import pytest

from damnit_daemon.cli.daemon_request import ask_and_wait
from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    JobState,
    NewJob,
    RequestKind,
    add_job,
    load_jobs,
    load_requests,
    release,
    retry_job,
    set_state,
    still_failed,
    take_lease,
)
from damnit_daemon.model import RunKey
from tests.daemon.builders import cells, make_damnit_folder
from tests.daemon.cli.daemon import jobs_of, until, working

SLOW = """
import time
@Variable
def early(run):
    return 1
@Variable
def endless(run, e: "var#early"):
    time.sleep(100)
"""


def add(ledger, run, state=None):
    with ledger.writing() as con:
        job_id = add_job(con, NewJob(RunKey(1234, run)), now=1.0).id
        if state is not None:
            set_state(con, job_id, JobState.RUNNING, now=2.0)
            set_state(con, job_id, state, now=3.0, reason="broken")
    return job_id


def payloads(ledger):
    with ledger.reading() as con:
        return [(request.kind, request.payload) for request in reversed(load_requests(con))]


@pytest.mark.parametrize(
    "arguments", [["cancel"], ["retry"], ["cancel", "1", "--run", "2"], ["retry", "1", "--failed"],
                  ["cancel", "--run", "x"], ["cancel", "x"]], ids=" ".join,
)  # fmt: skip
def test_cancel_and_retry_usage_errors_exit_with_code_2(damnit, ledger, arguments):
    assert damnit(*arguments).code == 2
    assert payloads(ledger) == []


@pytest.mark.parametrize("arguments", [["cancel", "1"], ["cancel", "--run", "1"], ["retry", "1"]])
def test_cancel_and_retry_fail_without_ledger(damnit, folder, arguments):
    result = damnit(*arguments)
    assert result.code == 1
    assert "no daemon has run here yet" in result.err
    assert not folder.ledger.exists()


def test_cancel_and_retry_are_recorded_for_next_daemon(damnit, ledger):
    for arguments in (["cancel", 4, 5], ["cancel", "--run", "1-2"], ["retry", 6]):
        result = damnit(*arguments)
        assert (result.code, result.out) == (0, "")
        assert result.err.startswith("damnit: recorded. No daemon is running in this folder.")
    assert payloads(ledger) == [
        ("cancel", {"jobs": [4, 5]}),
        ("cancel", {"runs": [[1234, 1], [1234, 2]]}),
        ("retry", {"jobs": [6]}),
    ]


def test_retry_failed_requests_only_unresolved_failed_jobs(damnit, ledger):
    assert damnit("retry", "--failed").out == "no failed jobs\n"
    mended = add(ledger, 1, JobState.FAILED)
    failed = add(ledger, 2, JobState.FAILED)
    add(ledger, 1, JobState.DONE)
    add(ledger, 3, JobState.CANCELLED)
    damnit("retry", "--failed")
    assert payloads(ledger) == [("retry", {"jobs": [failed]})]
    with ledger.writing() as con:
        retry_job(con, failed, now=4.0)
        assert [job.id for job in still_failed(load_jobs(con))] == []
        assert [job.id for job in load_jobs(con, states=[JobState.FAILED])] == [failed, mended]


@pytest.mark.extended
def test_daemon_carries_out_cancel_and_retry(damnit, tmp_path, proposal, monkeypatch):
    folder = make_damnit_folder(tmp_path / "amore", SLOW)
    monkeypatch.chdir(folder.path)
    with working(folder):
        damnit("reprocess", "1-3")
        until(lambda: jobs_of(folder, states=[JobState.RUNNING]))
        until(lambda: jobs_of(folder)[0].variables_done == 1)
        assert damnit("cancel", "--run", 3).out == "cancelled: 3\n"
        result = damnit("cancel", 1, 3, 77)
        assert (result.code, result.out) == (1, "cancelled: 1\n")
        assert "no such waiting or running job: 3, 77. " in result.err
        until(lambda: len(jobs_of(folder, states=[JobState.CANCELLED])) == 2)
        result = damnit("retry", 1)
        assert (result.code, result.out) == (0, "queued: 4\n")
        assert damnit("retry", 2, 88).code == 1
    reasons = [job.reason for job in jobs_of(folder, states=[JobState.CANCELLED])]
    assert [reason.split("@")[0] for reason in reasons] == [f"cancelled by {getpass.getuser()}"] * 2
    assert cells(folder)["early"] == 1


class Nonsense:
    """A request of another program."""

    kind = RequestKind.CANCEL

    def to_payload(self):
        return {"jobs": "x"}


@pytest.mark.extended
def test_request_refused_by_daemon_is_an_error(folder):
    with (
        working(folder),
        pytest.raises(DamnitError, match="refused the request: jobs: a list is expected"),
    ):
        ask_and_wait(folder, Nonsense())


def test_combine_is_refused_while_daemon_runs(damnit, folder, ledger):
    token = take_lease(ledger)
    result = damnit("combine")
    assert result.code == 1
    assert "A daemon is already running in this folder: process " in result.err
    assert "It combines pending fragments automatically." in result.err
    with ledger.writing() as con:
        release(con, token)
    assert damnit("combine").code == 0


def test_cancel_refuses_impossible_job_number_without_request(damnit, ledger):
    result = damnit("cancel", "99999999999999999999999")
    assert result.code == 1
    assert "a job's number must be a whole number" in result.err
    with ledger.reading() as con:
        assert load_requests(con) == []
