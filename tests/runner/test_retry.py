"""What is left of a job after what happened."""

from __future__ import annotations

from damnit_daemon.runner.protocol import Job, JobEnded, VariableDone
from damnit_daemon.runner.retry import Attempts, Verdict

DEATH = JobEnded("", "killed", running="heavy", exit_code=-11)
PUZZLE = JobEnded("", "killed", exit_code=-9)


def done(name):
    return VariableDone("", name, "done", 0.1)


def test_a_job_that_comes_to_its_end_is_over():
    attempts = Attempts(Job("7", 1234, 1))
    assert attempts.next_job().job_id == "7-1"
    assert attempts.ended(JobEnded("7-1", "done")) == Verdict(is_over=True)
    assert attempts.failure == ""


def test_what_a_job_says_of_its_failure_is_kept():
    attempts = Attempts(Job("7", 1234, 1))
    attempts.next_job()
    assert attempts.ended(JobEnded("7-1", "failed", "no such run")).is_over
    assert attempts.failure == "no such run"


def test_what_ended_the_process_is_blamed_and_the_others_are_tried_again():
    attempts = Attempts(Job("7", 1234, 1))
    attempts.next_job()
    assert attempts.record(done("a"))
    assert not attempts.record(done("start_time"))
    verdict = attempts.ended(DEATH)
    assert verdict == Verdict(False, "heavy", "killed by signal 11 (SIGSEGV)")
    again = attempts.next_job()
    assert (again.job_id, again.saved) == ("7-2", ["a"])
    assert again.lost == {"heavy": "killed by signal 11 (SIGSEGV)"}
    assert not attempts.record(done("a"))  # it was needed again


def test_a_saved_variable_that_dies_when_it_is_needed_again_keeps_its_value():
    attempts = Attempts(Job("7", 1234, 1))
    attempts.next_job()
    attempts.record(done("heavy"))
    assert attempts.ended(DEATH) == Verdict(is_over=False)
    assert attempts.next_job().lost.keys() == {"heavy"}


def test_nobody_is_blamed_for_a_death_between_variables_and_the_second_ends_it():
    attempts = Attempts(Job("7", 1234, 1))
    attempts.next_job()
    assert attempts.ended(PUZZLE) == Verdict(is_over=False)
    assert attempts.next_job().lost == {}
    assert attempts.ended(PUZZLE).is_over
    assert "outside any variable" in attempts.failure


def test_nobody_is_blamed_for_the_first_death_of_the_runner_itself():
    attempts = Attempts(Job("7", 1234, 1))
    attempts.next_job()
    assert attempts.ended(DEATH, runner_lives=False) == Verdict(is_over=False)
    assert attempts.ended(DEATH, runner_lives=False).crashed == "heavy"
