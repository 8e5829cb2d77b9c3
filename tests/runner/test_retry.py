"""The remainder of a job after the end of an attempt."""

from __future__ import annotations

from damnit_daemon.runner.protocol import JobEnded, RunnerJob, VariableDone
from damnit_daemon.runner.retry import Attempts, Verdict

DEATH = JobEnded("", "killed", running="heavy", exit_code=-11)
PUZZLE = JobEnded("", "killed", exit_code=-9)


def done(name):
    return VariableDone("", name, "done", 0.1)


def test_finished_job_is_over():
    attempts = Attempts(RunnerJob("7", 1234, 1))
    assert attempts.next_job().job_id == "7-1"
    assert attempts.ended(JobEnded("7-1", "done")) == Verdict(is_over=True)
    assert attempts.failure == ""


def test_reason_of_failed_job_is_kept():
    attempts = Attempts(RunnerJob("7", 1234, 1))
    attempts.next_job()
    assert attempts.ended(JobEnded("7-1", "failed", "no such run")).is_over
    assert attempts.failure == "no such run"


def test_crashing_variable_is_lost_and_others_are_retried():
    attempts = Attempts(RunnerJob("7", 1234, 1))
    attempts.next_job()
    assert attempts.record(done("a"))
    assert not attempts.record(done("start_time"))
    verdict = attempts.ended(DEATH)
    assert verdict == Verdict(False, "heavy", "killed by signal 11 (SIGSEGV)")
    again = attempts.next_job()
    assert (again.job_id, again.saved) == ("7-2", ["a"])
    assert again.lost == {"heavy": "killed by signal 11 (SIGSEGV)"}
    assert not attempts.record(done("a"))  # it was needed again


def test_saved_variable_that_crashes_in_a_retry_keeps_its_value():
    attempts = Attempts(RunnerJob("7", 1234, 1))
    attempts.next_job()
    attempts.record(done("heavy"))
    assert attempts.ended(DEATH) == Verdict(is_over=False)
    assert attempts.next_job().lost.keys() == {"heavy"}


def test_second_death_outside_any_variable_ends_the_job():
    attempts = Attempts(RunnerJob("7", 1234, 1))
    attempts.next_job()
    assert attempts.ended(PUZZLE) == Verdict(is_over=False)
    assert attempts.next_job().lost == {}
    assert attempts.ended(PUZZLE).is_over
    assert "outside any variable" in attempts.failure


def test_first_death_of_the_runner_blames_no_variable():
    attempts = Attempts(RunnerJob("7", 1234, 1))
    attempts.next_job()
    assert attempts.ended(DEATH, runner_lives=False) == Verdict(is_over=False)
    assert attempts.ended(DEATH, runner_lives=False).crashed == "heavy"
