"""Evaluation of one run: arguments, dependencies, failures and their extent."""

from __future__ import annotations

import pytest

from damnit_daemon.demo.proposal import START, TRAINS, XGM
from damnit_daemon.runner.protocol import RunnerJob, VariableStarted

from .conftest import PROPOSAL

HEAD = "from damnit_ctx import Cell, Skip, Variable\nimport numpy as np\n"


def test_values_and_meta_fields_are_passed_as_arguments(runner):
    outcome = runner.run(
        HEAD
        + """
@Variable
def b(run, a: "var#a"):
    return a * 2

@Variable
def a(run):
    return len(run.train_ids)

@Variable
def all_of_them(run, many: "var#?", gone: "var#failing" = "default"):
    return f"{sorted(many)} {gone}"

@Variable
def failing(run):
    raise ValueError

@Variable
def place(run, n: "meta#run_number", p: "meta#proposal", folder: "meta#proposal_path"):
    return f"{n} {p} {folder.name}"
"""
    )
    assert outcome.data("b") == 2 * TRAINS
    assert outcome.data("all_of_them") == "['a', 'b'] default"
    assert outcome.data("place") == f"1 {PROPOSAL} p001234"


def test_start_time_is_evaluated_first_from_the_first_train(runner):
    outcome = runner.run(HEAD + "@Variable\ndef a(run): return 1\n")
    assert next(iter(outcome.done)) == "start_time"
    assert outcome.data("start_time") == START + 600


def test_failures_affect_only_their_dependents(runner):
    outcome = runner.run(
        HEAD
        + """
@Variable
def broken(run):
    return {"x": 1}["y"]

@Variable
def skipped(run):
    raise Skip("not a scan")

@Variable
def exits(run):
    import sys
    sys.exit(3)

@Variable
def returns_none(run):
    return None

@Variable
def after_broken(run, x: "var#broken"):
    return 1

@Variable
def after_that(run, x: "var#after_broken", y: "var#skipped"):
    return 1

@Variable
def after_skipped(run, x: "var#skipped"):
    return 1

@Variable
def after_none(run, x: "var#returns_none"):
    return 1

@Variable
def fine(run):
    return 1
"""
    )
    done = outcome.done
    assert {n: d.outcome for n, d in done.items() if n != "start_time"} == {
        "broken": "failed", "skipped": "skipped", "exits": "failed", "returns_none": "empty",
        "after_broken": "failed", "after_that": "failed", "after_skipped": "skipped",
        "after_none": "skipped", "fine": "done",
    }  # fmt: skip
    assert outcome.error("broken") == ("'y'", "KeyError")
    assert outcome.error("exits") == ("The function called sys.exit(3)", "SystemExit")
    message, kind = outcome.error("after_that")
    assert kind == "DependencyError"
    assert message == (
        "Skipped due to missing dependency:\n"
        "├ (after_broken) skipped\n"
        "│  └ (broken) failed: KeyError: 'y'\n"
        "└ (skipped) failed: Skip: not a scan"
    )
    assert outcome.error("after_skipped")[1] == "Skip"
    assert outcome.error("after_none") == (
        "Dependencies returned no data:\n- 'returns_none'",
        "Skip",
    )
    assert 'return {"x": 1}["y"]' in outcome.stderr  # the traceback is in the log
    assert "Computed fine in" in outcome.stderr


def test_transient_values_are_passed_on_but_not_stored(runner):
    outcome = runner.run(
        HEAD
        + """
@Variable(transient=True)
def helper(run):
    return object()

@Variable(transient=True)
def broken_helper(run):
    raise ValueError("no")

@Variable
def uses(run, x: "var#helper"):
    return type(x).__name__

@Variable
def suffers(run, x: "var#broken_helper"):
    return 1
"""
    )
    assert outcome.data("uses") == "object"
    assert outcome.done["helper"].fragment == ""
    assert outcome.done["broken_helper"].fragment == ""
    assert "(broken_helper) failed: ValueError: no" in outcome.error("suffers")[0]


def test_raw_variables_get_only_raw_files(runner):
    source = (
        HEAD
        + """
@Variable
def from_raw(run):
    return len(run.all_sources)

@Variable(data="proc")
def from_both(run):
    return len(run.all_sources)
"""
    )
    outcome = runner.run(source)
    assert outcome.data("from_raw") == 3  # the XGM's control and instrument source, the motor
    assert outcome.data("from_both") == 4


@pytest.mark.extended
def test_raw_variables_are_evaluated_without_proc_data(runner):
    source = (
        HEAD + "@Variable\ndef a(run): return 1\n@Variable(data='proc')\ndef b(run): return 1\n"
    )
    outcome = runner.run(source, run=2)
    assert set(outcome.done) == {"start_time", "a"}
    assert outcome.notes == ["Proc data is unavailable, only raw variables will be executed."]
    asked = runner.run(source, run=2, data="proc")
    assert asked.ended[0].outcome == "absent"
    assert "no proc data of run 2" in asked.ended[0].reason


def test_raw_variables_fail_when_only_proc_data_exist(runner):
    source = (
        HEAD + "@Variable\ndef a(run): return 1\n@Variable(data='proc')\ndef b(run): return 1\n"
    )
    outcome = runner.run(source, run=3)
    assert outcome.done["b"].outcome == "done"
    assert outcome.done["a"].outcome == "failed"
    assert "There is no raw data of run 3" in outcome.error("a")[0]


def test_job_of_missing_run_ends_as_absent(runner):
    outcome = runner.run(HEAD + "@Variable\ndef a(run): return 1\n", run=99)
    [ended] = outcome.ended
    assert ended.outcome == "absent"
    assert "no raw data of run 99" in ended.reason
    assert outcome.done == {}


def test_job_with_unknown_variable_is_refused_with_nearest_name(runner):
    outcome = runner.run(HEAD + "@Variable\ndef abc(run): return 1\n", variables=["abd"])
    assert outcome.ended[0].reason == (
        "There is no variable 'abd' in the context file. Did you mean 'abc'?"
    )


@pytest.mark.extended
def test_variables_read_data_and_skip_on_missing_source(runner):
    outcome = runner.run(
        HEAD
        + f"""
@Variable(summary="mean", units="uJ")
def energy(run):
    return run["{XGM}", "pulseEnergy.photonFlux"].xarray()

@Variable
def gone(run):
    return run["NO/SUCH/SOURCE", "x"].ndarray()

@Variable
def after(run, x: "var#gone"):
    return x

@Variable
def last(run, x: "var#after"):
    return x
"""
    )
    value, attributes = outcome.summary("energy")
    assert 700 < value < 1100
    assert attributes["units"] == "uJ"
    assert outcome.error("gone")[1] == "SourceNameError"
    assert outcome.error("after")[1] == outcome.error("last")[1] == "Skip"
    assert outcome.done["last"].outcome == "skipped"


def test_retry_neither_saves_saved_variables_nor_evaluates_lost_ones(runner):
    source = (
        HEAD
        + """
@Variable
def a(run): return 5

@Variable
def b(run): return 6

@Variable
def killer(run): return 7

@Variable
def c(run, x: "var#a"): return x

@Variable
def d(run, x: "var#killer"): return x
"""
    )
    job = RunnerJob(
        "2", PROPOSAL, 1, saved=["a", "b", "start_time"], lost={"killer": "killed by signal 11"}
    )
    outcome = runner.run(source, job)
    started = [e.name for e in outcome.events if isinstance(e, VariableStarted)]
    assert started == ["a", "c", "d"]  # `b` is there already, and nothing needs it
    assert outcome.done["a"].fragment == ""
    assert outcome.data("c") == 5
    assert "(killer) failed: ProcessDied: killed by signal 11" in outcome.error("d")[0]


def test_missing_parameter_uses_default_or_skips_variable(runner):
    outcome = runner.run(
        HEAD
        + """
@Variable
def a(run, gain: "param#gain" = 2): return gain

@Variable
def b(run, gain: "input#gain"): return gain
"""
    )
    assert outcome.data("a") == 2
    assert outcome.done["b"].outcome == "skipped"
    assert "'gain'" in outcome.error("b")[0]


def test_mock_run_has_ten_trains(runner):
    source = HEAD + "@Variable\ndef n(run): return len(run.train_ids)\n"
    assert runner.run(source, run=77, mock=True).data("n") == 10


@pytest.mark.extended
def test_job_of_run_with_broken_files_fails(runner, data_root, tmp_path):
    folder = data_root / "SPB/202601/p001234/raw/r0050"
    folder.mkdir(exist_ok=True)
    source = HEAD + "@Variable\ndef a(run): return 1\n"
    assert "raw data of run 50" in runner.run(source, run=50).ended[0].reason
    whole = next((data_root / "SPB/202601/p001234/raw/r0001").glob("*.h5")).read_bytes()
    (folder / "RAW-R0050-DA01-S00000.h5").write_bytes(whole[: len(whole) // 2])
    [ended] = runner.run(source, run=50).ended
    assert ended.outcome == "failed"
    assert "run 50" in ended.reason
    (folder / "RAW-R0050-DA01-S00000.h5").write_bytes(b"")
    [ended] = runner.run(source, run=50).ended
    assert ended.outcome == "failed"


def test_value_is_freed_after_its_last_dependent(runner):
    outcome = runner.run(
        HEAD
        + """
import gc, weakref
class Thing: pass
REFS = []

@Variable(transient=True)
def thing(run):
    made = Thing()
    REFS.append(weakref.ref(made))
    return made

@Variable
def first(run, x: "var#thing"):
    return REFS[0]() is x

@Variable
def later(run, x: "var#first"):
    gc.collect()
    return REFS[0]() is None
"""
    )
    assert outcome.data("first")
    assert outcome.data("later")


def test_long_error_message_is_truncated(runner):
    outcome = runner.run(HEAD + "@Variable\ndef a(run): raise ValueError('x' * 10_000_000)\n")
    message, _ = outcome.error("a")
    assert len(message) < 70_000
    assert message.endswith("9934464 more characters")


def test_exception_with_failing_str_is_stored_by_its_name(runner):
    outcome = runner.run(
        HEAD
        + """
class Odd(Exception):
    def __str__(self):
        raise RuntimeError("no")

@Variable
def a(run):
    raise Odd

@Variable
def b(run, x: "var#a"):
    return 1
"""
    )
    assert outcome.error("a") == ("(Odd whose message cannot be printed)", "Odd")
    assert "(a) failed: Odd" in outcome.error("b")[0]


def test_dependency_of_only_a_lost_variable_is_not_evaluated(runner):
    source = (
        HEAD + "@Variable(transient=True)\ndef a(run): return 5\n"
        "@Variable\ndef killer(run, x: 'var#a'): return 7\n@Variable\ndef c(run): return 1\n"
    )
    outcome = runner.run(
        source, RunnerJob("2", PROPOSAL, 1, lost={"killer": "killed by signal 11"})
    )
    started = [e.name for e in outcome.events if isinstance(e, VariableStarted)]
    assert started == ["c"]
