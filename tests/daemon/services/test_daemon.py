"""The daemon as a process in a folder: runs arrive, cells fill."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from damnit_daemon.hdf5 import ResultsFile, write_error_fragment
from damnit_daemon.ledger import (
    JobState,
    NewJob,
    RequestKind,
    RequestState,
    add_job,
    load_progress,
    set_value,
)
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.store import Database, NewValue, add_user_variable, load_value, save_values
from tests.daemon.daemon_process import wait_until

RAW_AND_PROC = """
@Variable
def n_trains(run):
    return len(run.train_ids)
@Variable(data="proc")
def n_modules(run):
    return sum("AGIPD" in name for name in run.all_sources)
"""
ONE = """
@Variable
def one(run):
    return 1
"""
WAITS = """
import os, pathlib, time
@Variable
def early(run):
    return 1
@Variable
def waits(run, e: "var#early"):
    while not os.path.exists({go!r}):
        time.sleep(0.01)
    return 2
"""


@pytest.fixture
def waiting(experiment, tmp_path):
    """One whose second variable waits until `go` exists."""
    made = experiment(WAITS.format(go=str(tmp_path / "go")))
    made.go = tmp_path / "go"
    return made


@pytest.mark.extended
def test_new_run_is_processed_first_raw_then_proc(experiment):
    it = experiment(RAW_AND_PROC)
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, n_trains=60)
    assert "n_modules" not in it.cells(1)
    it.arrive(2, proc=True)
    it.has_cells(2, n_trains=60, n_modules=1)
    jobs = it.all_over(3)
    assert [(job.run_key.run, job.data) for job in jobs] == [(1, "raw"), (2, "raw"), (2, "proc")]
    assert {job.state for job in jobs} == {JobState.DONE}
    assert not list(it.folder.fragments())
    with ResultsFile(it.folder.results_file(RunKey(1234, 2))) as file:
        assert (file.read("n_trains"), file.read("n_modules")) == (60, 1)


@pytest.mark.extended
@pytest.mark.parametrize(("backfill", "taken"), [("none", []), ("1", [2]), ("all", [1, 2])])
def test_first_start_processes_existing_runs_as_set_by_backfill(experiment, backfill, taken):
    it = experiment(ONE, watch_backfill=backfill)
    it.arrive(1)
    it.arrive(2)
    it.start_daemon()
    wait_until(it.looked)
    it.arrive(3)
    it.has_cells(3, one=1)
    jobs = it.all_over(len(taken) + 1)
    assert sorted(job.run_key.run for job in jobs) == [*taken, 3]


@pytest.mark.extended
def test_runs_skipped_at_first_start_stay_skipped_after_restart(experiment):
    it = experiment(ONE, watch_backfill="none", watch_settle_s="100")
    it.arrive(1)
    first = it.start_daemon()
    wait_until(it.looked)
    first.terminate()
    assert first.wait(60) == 0
    it.set(watch_settle_s="0")
    it.start_daemon()
    it.arrive(2)
    it.has_cells(2, one=1)
    assert [job.run_key.run for job in it.all_over(1)] == [2]


@pytest.mark.extended
def test_run_that_arrived_without_daemon_is_processed_at_next_start(experiment):
    it = experiment(ONE, watch_backfill="none")
    first = it.start_daemon()
    wait_until(it.looked)
    it.arrive(1)
    it.has_cells(1, one=1)
    first.terminate()
    first.wait(60)
    it.arrive(2)
    it.start_daemon()
    it.has_cells(2, one=1)


@pytest.mark.extended
def test_second_daemon_is_refused_and_names_the_first(experiment):
    it = experiment(ONE)
    first = it.start_daemon()
    begin = len(it.log_text())
    second = it.start_daemon(wait=False)
    assert second.wait(60) == 1
    said = it.log_text(begin)
    assert str(first.pid) in said
    assert os.uname().nodename in said
    assert "Traceback" not in said
    assert first.poll() is None


@pytest.mark.extended
@pytest.mark.parametrize(
    ("broker", "variable", "words"),
    [("", "", "no broker is set"), ("127.0.0.1:9", "none", "AMORE_BROKER=none in the environment")],
)
def test_daemon_with_kafka_trigger_fails_without_broker(experiment, broker, variable, words):
    it = experiment(ONE, trigger="kafka", broker=broker)
    it.environment["AMORE_BROKER"] = variable
    assert it.start_daemon(wait=False).wait(60) == 1
    assert words in it.log_text()
    assert "Traceback" not in it.log_text()


@pytest.mark.extended
def test_daemon_stopped_during_a_job_ends_soon_and_job_is_rerun(waiting):
    it = waiting
    daemon = it.start_daemon()
    it.arrive(1)
    it.has_cells(1, early=1)
    began = time.monotonic()
    daemon.terminate()
    assert daemon.wait(60) == 0
    assert time.monotonic() - began < 60
    assert it.processes() == []
    assert it.lease() is None
    (job,) = it.jobs()
    assert (job.state, job.reason) == (JobState.QUEUED, "The daemon was stopped")
    it.go.touch()
    it.start_daemon()
    it.has_cells(1, early=1, waits=2)
    (job,) = it.all_over(1)
    assert (job.state, job.attempt) == (JobState.DONE, 2)


@pytest.mark.extended
def test_daemon_interrupted_by_ctrl_c_ends_without_traceback(waiting):
    it = waiting
    daemon = it.start_daemon()
    it.arrive(1)
    it.has_cells(1, early=1)
    os.killpg(daemon.pid, signal.SIGINT)  # a terminal tells the whole group
    assert daemon.wait(60) == 0
    assert it.processes() == []
    assert "Traceback" not in it.log_text()


@pytest.mark.extended
def test_daemon_stopped_during_loading_of_context_file_ends_soon(experiment, tmp_path):
    it = experiment(
        f"import pathlib, time\npathlib.Path({str(tmp_path / 'x')!r}).touch()\ntime.sleep(60)\n"
    )
    daemon = it.start_daemon()
    it.arrive(1)
    wait_until((tmp_path / "x").exists)
    daemon.terminate()
    assert daemon.wait(60) == 0
    wait_until(lambda: it.processes() == [])
    assert [job.state for job in it.jobs()] == [JobState.QUEUED]


def test_values_appear_while_job_is_running(waiting):
    it = waiting
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, early=1)
    (job,) = it.running()
    wait_until(lambda: it.running()[0].variables_done == 1)
    with it.ledger.reading() as con:
        progress = {each.name: each.outcome for each in load_progress(con, job.id)}
    assert progress == {"early": "done", "waits": "running"}
    assert "waits" not in it.cells(1)
    it.go.touch()
    it.has_cells(1, waits=2)
    (job,) = it.all_over(1)
    assert (job.variables_total, job.variables_done, job.variables_failed) == (2, 2, 0)


@pytest.mark.extended
def test_jobs_run_in_parallel_except_for_the_same_run(waiting):
    it = waiting
    it.set(local_jobs="2")
    it.start_daemon()
    it.arrive(1, proc=True)
    it.has_cells(1, early=1)
    wait_until(lambda: len(it.jobs()) == 2)
    it.arrive(2)
    it.has_cells(2, early=1)
    assert [(job.run_key.run, job.data) for job in it.running()] == [(1, "raw"), (2, "raw")]
    it.go.touch()
    raw, proc, other = it.all_over(3)
    assert {job.state for job in (raw, proc, other)} == {JobState.DONE}
    assert (raw.data, proc.data) == ("raw", "proc")
    assert raw.ended_at <= proc.started_at


@pytest.mark.extended
def test_reprocess_request_is_answered_and_updates_values(experiment):
    it = experiment(ONE + "@Variable\ndef two(run):\n    return 2\n")
    it.start_daemon()
    it.arrive(1)
    it.all_over(1)
    with Database(it.folder.database).reading() as con:
        before = {n: load_value(con, RunKey(1234, 1), n).timestamp for n in ("one", "two")}
    answer = it.ask(RequestKind.REPROCESS, runs=[[1234, 1]], variables=["two"])
    assert answer.state is RequestState.DONE
    job = it.all_over(2)[-1]
    assert (answer.answer["jobs"], job.variables, job.data) == ([job.id], ("two",), "all")
    with Database(it.folder.database).reading() as con:
        after = {n: load_value(con, RunKey(1234, 1), n).timestamp for n in ("one", "two")}
    assert after["one"] == before["one"]
    assert after["two"] > before["two"]


@pytest.mark.extended
def test_invalid_requests_are_refused_with_reason(experiment):
    it = experiment(ONE)
    it.start_daemon()
    for payload in ({}, {"runs": 3}, {"runs": [[1234]]}, {"runs": [["a", "b"]]}):
        assert it.ask(RequestKind.REPROCESS, **payload).state is RequestState.REFUSED
    answer = it.ask(RequestKind.REPROCESS, runs=[[1234, 77]])  # there is no such run
    (job,) = it.all_over(1)
    assert (answer.state, job.state) == (RequestState.DONE, JobState.FAILED)
    assert "77" in job.reason


@pytest.mark.extended
def test_cancelled_running_job_keeps_computed_values(waiting):
    it = waiting
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, early=1)
    (job,) = it.running()
    it.ask(RequestKind.CANCEL, jobs=[job.id])
    (job,) = it.all_over(1)
    assert job.state is JobState.CANCELLED
    assert "cancelled by" in job.reason
    assert it.cells(1) == {"early": 1}
    wait_until(lambda: not list(it.folder.fragments()))
    it.go.touch()
    it.arrive(2)  # and the next one is done
    it.has_cells(2, early=1, waits=2)


@pytest.mark.extended
def test_cancelled_queued_job_never_starts(waiting):
    it = waiting
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, early=1)
    it.arrive(2)
    wait_until(lambda: len(it.jobs()) == 2)
    it.ask(RequestKind.CANCEL, runs=[[1234, 2]])
    it.go.touch()
    assert [job.state for job in it.all_over(2)] == [JobState.DONE, JobState.CANCELLED]
    assert it.cells(2) == {}


@pytest.mark.extended
def test_retry_request_reruns_failed_jobs(experiment):
    it = experiment(ONE)
    it.start_daemon()
    it.ask(RequestKind.REPROCESS, runs=[[1234, 5]])
    (failed,) = it.all_over(1)
    assert failed.state is JobState.FAILED
    it.set(watch_backfill="none")
    it.arrive(5)
    it.ask(RequestKind.RETRY, failed=True)
    it.has_cells(5, one=1)
    wait_until(lambda: [job for job in it.all_over(2) if job.origin == "retry"])


@pytest.mark.extended
@pytest.mark.parametrize("breakage", ["@Variable\ndef broken(:\n", "raise ValueError('no')\n"])
def test_jobs_wait_while_context_file_is_invalid(experiment, breakage):
    it = experiment(breakage)
    it.start_daemon()
    it.arrive(1)
    it.arrive(2)
    wait_until(lambda: any("context.py" in job.reason for job in it.jobs()))
    it.arrive(3)
    wait_until(lambda: len(it.jobs()) == 3)
    assert {job.state for job in it.jobs()} == {JobState.QUEUED}
    assert sum(job.attempt for job in it.jobs()) == 1  # it is not tried again and again
    it.folder.context_file.write_text("from damnit_ctx import Variable\n" + ONE)
    for run in (1, 2, 3):
        it.has_cells(run, one=1)
    assert {job.state for job in it.all_over(3)} == {JobState.DONE}


@pytest.mark.extended
def test_jobs_wait_while_context_file_is_missing(experiment):
    it = experiment(ONE)
    text = it.folder.context_file.read_text()
    it.folder.context_file.unlink()
    it.start_daemon()
    it.arrive(1)
    wait_until(lambda: any(job.reason for job in it.jobs()))
    it.arrive(2)
    wait_until(lambda: len(it.jobs()) == 2)
    assert sum(job.attempt for job in it.jobs()) == 1
    it.folder.context_file.write_text(text)
    it.has_cells(1, one=1)
    it.has_cells(2, one=1)


@pytest.mark.extended
def test_changed_context_file_applies_to_next_run(experiment):
    it = experiment(ONE)
    it.start_daemon()
    it.arrive(1)
    it.all_over(1)
    text = it.folder.context_file.read_text()
    it.folder.context_file.write_text(text.replace("return 1", "return 11"))
    it.arrive(2)
    it.has_cells(2, one=11)
    assert it.cells(1) == {"one": 1}


@pytest.mark.extended
def test_changed_helper_module_applies_to_next_run(experiment):
    it = experiment("from helper import value\n@Variable\ndef one(run):\n    return value\n")
    helper = it.folder.path / "helper.py"
    helper.write_text("value = 1\n")
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, one=1)
    helper.write_text("value = 11\n")
    it.arrive(2)
    it.has_cells(2, one=11)


def test_fragment_of_other_program_is_combined(experiment):
    it = experiment(ONE)
    it.start_daemon()
    key = RunKey(1234, 8)
    path = write_error_fragment(
        it.folder.path, key, "theirs", "no beam", "Skip", computed_at=time.time()
    )
    os.utime(path, (0, 0))  # it has been there for some time
    it.has_cells(8, theirs=("Skip", "no beam"))
    wait_until(lambda: not path.exists())
    assert it.folder.results_file(key).exists()


@pytest.mark.parametrize(
    ("body", "settings", "reason"),
    [
        ("import ctypes; return ctypes.string_at(0)", {}, "SIGSEGV"),
        ("import os; os._exit(3)", {}, "exit code 3"),
        ("import time; time.sleep(100)", {"slurm_time": "00:00:02"}, "time limit of 2 s"),
        ("return len(bytearray(4_000_000_000))", {"noncluster_mem": "1G"}, "MemoryError"),
    ],
    ids=["segfault", "os._exit", "time", "memory"],
)
def test_dead_variable_has_its_reason_in_the_cell(experiment, body, settings, reason):
    it = experiment(
        f"@Variable\ndef a(run):\n    return 1\n"
        f"@Variable\ndef bad(run, x: 'var#a'):\n    {body}\n"
        f"@Variable\ndef z(run, x: 'var#a'):\n    return 3\n",
        **settings,
    )
    it.start_daemon()
    it.arrive(1)
    (job,) = it.all_over(1)
    found = it.cells(1)
    assert reason in " ".join(found.pop("bad"))
    assert found == {"a": 1, "z": 3}
    assert (job.state, job.variables_failed, job.variables_done) == (JobState.DONE, 1, 3)


def test_user_entered_values_are_kept_when_run_is_processed(experiment):
    it = experiment(ONE)
    key = RunKey(1234, 1)
    with Database(it.folder.database).writing() as con:
        add_user_variable(con, VariableInfo("sample", "Sample", "", "str"))
        save_values(
            con,
            [
                NewValue(key, "sample", "lysozyme", provenance="user"),
                NewValue(key, "comment", "good", provenance="user"),
            ],
            now=time.time(),
        )
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, one=1)
    it.all_over(1)
    assert it.cells(1) == {"one": 1, "sample": "lysozyme", "comment": "good"}


def test_malformed_request_rows_do_not_end_the_daemon(experiment):
    it = experiment(ONE)
    it.start_daemon()
    deep = "[" * 50_000 + "]" * 50_000
    absurd = [
        ("cancel", '{"jobs": [99999999999999999999999]}'),
        ("retry", '{"jobs": [99999999999999999999999]}'),
        ("cancel", '{"runs": [[1, 99999999999999999999999]]}'),
        ("reprocess", '{"runs": [[Infinity, 1]]}'),
        ("reprocess", deep),
        ("retry", '{"jobs": [1], "memory": "lots"}'),
        (b"\xff", "{}"),
    ]
    with it.ledger.writing() as con:
        for kind, payload in absurd:
            con.execute(
                "INSERT INTO requests (kind, payload, user, host, created_at, state, answer) "
                "VALUES (?, ?, 'me', 'here', 1, 'waiting', '')",
                (kind, payload),
            )

    def answered():
        with it.ledger.reading() as con:
            rows = con.execute("SELECT state, answer FROM requests ORDER BY id").fetchall()
        return rows if all(state == "refused" for state, _ in rows) else None

    for _, answer in wait_until(answered):
        assert len(json.loads(answer)["reason"]) > 10
    it.arrive(1)
    it.has_cells(1, one=1)


def test_job_with_invalid_limits_fails_with_reason(experiment):
    it = experiment(ONE)
    it.ledger.create()
    with it.ledger.writing() as con:
        job = add_job(con, NewJob(RunKey(1234, 1)), now=1.0)
        set_value(con, f"wishes for job {job.id}", '{"memory": "lots"}')
    it.start_daemon()
    (job,) = it.all_over(1)
    assert job.state is JobState.FAILED
    assert "lots" in job.reason


LIMIT = """
import resource
from damnit_ctx import Variable

@Variable
def limit(run):
    return resource.getrlimit(resource.RLIMIT_DATA)[0]
"""


def test_changed_memory_limit_applies_to_next_job(experiment):
    it = experiment(LIMIT, trigger="none", noncluster_mem="2G")
    it.arrive(1)
    it.start_daemon()
    it.ask(RequestKind.REPROCESS, runs=[[1234, 1]])
    it.has_cells(limit=2 << 30)
    it.set(noncluster_mem="3G")
    it.ask(RequestKind.REPROCESS, runs=[[1234, 1]])
    it.has_cells(limit=3 << 30)


@pytest.mark.extended
def test_changed_number_of_jobs_applies_without_restart(waiting):
    waiting.set(local_jobs="1")
    waiting.arrive(1)
    waiting.arrive(2)
    waiting.start_daemon()
    wait_until(lambda: len(waiting.running()) == 1 and len(waiting.jobs(JobState.QUEUED)) == 1)
    waiting.set(local_jobs="2")
    wait_until(lambda: len(waiting.running()) == 2)


@pytest.mark.extended
def test_changed_number_of_jobs_applies_while_slurm_is_on_hold(waiting):
    waiting.set(local_jobs="1")
    waiting.environment["PATH"] = str(waiting.path)  # without Slurm's commands
    for run in (1, 2, 3):
        waiting.arrive(run)
    waiting.start_daemon()
    wait_until(lambda: len(waiting.running()) == 1 and len(waiting.jobs(JobState.QUEUED)) == 2)
    waiting.ask(RequestKind.REPROCESS, runs=[[1234, 1]], executor="slurm")

    def refused_thrice():  # each pause is longer than the one before
        job = waiting.jobs()[-1]
        return job.state is JobState.QUEUED and job.attempt >= 3 and job.attempt

    attempts = wait_until(refused_thrice)
    waiting.set(local_jobs="2")
    wait_until(lambda: len(waiting.running()) == 2)
    assert waiting.jobs()[-1].attempt == attempts


@pytest.mark.extended
def test_invalid_setting_leaves_the_running_daemon_at_work(experiment):
    it = experiment(LIMIT, trigger="none", noncluster_mem="2G")
    it.arrive(1)
    it.start_daemon()
    it.set(noncluster_mem="much")
    it.ask(RequestKind.REPROCESS, runs=[[1234, 1]])
    it.has_cells(limit=2 << 30)
    assert "The previous settings stay in use" in it.log_text()
