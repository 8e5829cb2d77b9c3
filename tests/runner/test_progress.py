"""Progress that a variable's function reports by `progress`, or by a bar of tqdm."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
import pytest

from damnit_daemon.runner.job import JobChannel
from damnit_daemon.runner.progress import EVERY_S, LAST_AFTER_S, QUIET_S, ProgressReport
from damnit_daemon.runner.protocol import JobStarted, VariableAdvanced, VariableDone

HEAD = "from damnit_ctx import Variable, progress\nimport time\n"
AFTER_S = QUIET_S + 0.05


def reported(outcome, name="a"):
    return [e for e in outcome.events if isinstance(e, VariableAdvanced) and e.name == name]


class Loop:
    """A report at times of the test's choice."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.sent: list[VariableAdvanced] = []
        self.report = ProgressReport("1", "a", self.sent.append, clock=lambda: self.now_s)

    def at(self, seconds: float, *state: object) -> VariableAdvanced | None:
        """Return the event that a call sends."""
        self.now_s = 100.0 + seconds
        before = len(self.sent)
        if self.now_s >= self.report.due_s:
            self.report.take(*state, "trains")
        return self.sent[-1] if len(self.sent) > before else None


def test_end_is_extrapolated_from_the_first_call_of_a_loop():
    loop = Loop()
    assert loop.at(0.4, 0, 500) is None  # it may take no time at all
    assert loop.at(2.4, 100, 500) == VariableAdvanced("1", "a", 100, 500, "trains", 8.0)
    assert loop.at(4.4, 10, 500).remaining_s is None  # the next loop
    assert loop.at(6.4, 20, 500).remaining_s == pytest.approx(96.0)


def test_interval_grows_with_the_duration():
    loop = Loop()
    for tenth in range(36_000):
        loop.at(tenth / 10, tenth, 36_000)
    assert 1000 < len(loop.sent) < 2500
    times = [100 + event.done / 10 for event in loop.sent]
    assert min(b - a for a, b in pairwise(times)) == pytest.approx(EVERY_S)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ((600, 500), (600, None)),
        ((1, float("nan")), (1, None)),
        ((1, -5), (1, None)),
        ((2.5, None), (2.5, None)),
        ((np.int64(3), np.float32(4)), (3.0, 4.0)),
        ((-1, 5), None),
        ((float("nan"), 5), None),
        ((float("inf"), None), None),
    ],
)
def test_nonsense_is_left_out(state, expected):
    event = Loop().at(AFTER_S, *state)
    assert (event and (event.done, event.total)) == expected


def test_full_pipe_neither_blocks_nor_fails():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    JobChannel(writing).send_if_ready(JobStarted("1", 1, []))
    os.close(writing)
    os.close(reading)


def test_calls_are_reported_now_and_then_and_the_last_one_exactly(runner):
    outcome = runner.run(
        HEAD
        + f"""
@Variable
def a(run):
    end = time.monotonic() + {AFTER_S + EVERY_S}
    done = 0
    while time.monotonic() < end:
        done += 1
        progress(done, 10**9, "trains")
    time.sleep({LAST_AFTER_S})
    progress(10**9, 10**9, unit="trains")
    progress("text", [3], unit=object())
    progress(None, None)
    return done

@Variable
def quick(run):
    progress(1, 2)
    return 1
"""
    )
    events = reported(outcome)
    assert 2 <= len(events) <= 4
    assert events[0].total == 1e9
    assert events[-1].done == 1e9
    assert {e.unit for e in events} == {"trains"}
    assert not reported(outcome, "quick")
    assert [outcome.done[name].outcome for name in ("a", "quick")] == ["done", "done"]
    assert outcome.data("a") > 10_000


def test_calls_from_threads_and_worker_processes(runner):
    outcome = runner.run(
        HEAD
        + f"""
import multiprocessing, threading

def work(i):
    progress(i, 77)

@Variable
def a(run):
    time.sleep({AFTER_S})
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(work, range(8))
    thread = threading.Thread(target=progress, args=(4, 8))
    thread.start()
    thread.join()
    return 1

@Variable
def late(run, a: "var#a"):
    return 1
"""
    )
    assert [(e.done, e.total) for e in reported(outcome)] == [(4, 8)]
    assert outcome.done["late"].outcome == "done"


@pytest.mark.parametrize("place", ["file", "function"])
def test_bar_of_tqdm_is_reported_and_its_output_unchanged(runner, place):
    at_top, inside = ("import tqdm.auto", "pass") if place == "file" else ("", "import tqdm")
    outcome = runner.run(
        HEAD
        + f"""
{at_top}

@Variable
def a(run):
    {inside}
    for train in tqdm.tqdm(range(8), unit="trains", desc="outer"):
        for pulse in tqdm.tqdm(range(3), leave=False):
            time.sleep(0.03)
    return 1

@Variable
def b(run):
    time.sleep({AFTER_S})
    {inside}
    for train in tqdm.tqdm(range(3), disable=True):
        pass
    bar = tqdm.tqdm(total=40)
    bar.update(30)
    return 1
"""
    )
    events = reported(outcome)
    assert {(e.total, e.unit) for e in events} == {(8.0, "trains")}
    assert events[-1].done == 8
    assert [(e.done, e.total) for e in reported(outcome, "b")] == [(0, 40)]
    assert "outer: 100%" in outcome.stderr
    assert isinstance(outcome.done["b"], VariableDone)


def test_unknown_tqdm_is_left_alone(runner):
    outcome = runner.run(
        HEAD
        + """
import sys, types
sys.modules["tqdm.std"] = types.SimpleNamespace(tqdm=list)

@Variable
def a(run):
    return len(sys.modules["tqdm.std"].tqdm("ab"))
"""
    )
    assert outcome.data("a") == 2
