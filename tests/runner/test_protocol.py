"""Jobs and events between two Pythons and two versions."""

from __future__ import annotations

import json

import pytest

from damnit_daemon.runner.protocol import (
    ContextLoaded,
    JobEnded,
    Problem,
    RunnerJob,
    VariableDone,
    VariableMeta,
    decode_event,
    decode_job,
    encode,
)


def test_job_survives_encoding():
    job = RunnerJob("1", 1234, 5, "raw", variables=["a"], saved=["b"], lost={"c": "died"})
    assert decode_job(encode(job)) == job


@pytest.mark.parametrize(
    "event",
    [
        ContextLoaded([VariableMeta("a", "A", tags=["x"])], [Problem("no", "f.py", 3)], "abc"),
        VariableDone("1", "a", "done", 0.5, "/f", "mess\nage \ud800 é", "E"),
        JobEnded("1", "killed", running="a", exit_code=-9),
    ],
)
def test_event_survives_encoding(event):
    line = encode(event)
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert decode_event(line) == event


def test_unknown_field_of_event_is_ignored():
    line = json.dumps({**json.loads(encode(JobEnded("1", "done"))), "colour": "red"}).encode()
    assert decode_event(line) == JobEnded("1", "done")


@pytest.mark.parametrize(
    "line", [b"", b"hello", b"[]", b"{}", b'{"kind": "Sudo"}', b'{"kind": "Job"}']
)
def test_malformed_event_is_refused(line):
    with pytest.raises(ValueError):
        decode_event(line)


def test_event_is_refused_as_a_job():
    with pytest.raises(ValueError):
        decode_job(encode(JobEnded("1", "done")))


def test_problem_is_printed_in_compiler_format():
    assert str(Problem("no", "f.py", 3, 4)) == "f.py:3:4: error: no"
    assert str(Problem("no", "f.py")) == "f.py: error: no"
