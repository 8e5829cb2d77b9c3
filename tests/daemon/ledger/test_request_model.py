"""Typed requests from app and commands, validated by the daemon."""

from __future__ import annotations

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    CancelRequest,
    CombineRequest,
    Executor,
    JobOptions,
    PrioritiseRequest,
    ReprocessRequest,
    RetryRequest,
    parse_request,
)
from damnit_daemon.ledger.json_fields import parse_object
from damnit_daemon.model import RunKey

ONE = RunKey(1234, 1)
BEYOND = 10**22
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "request_",
    [
        ReprocessRequest(((ONE, None), (RunKey(1234, 2), ("a", "b")))),
        ReprocessRequest(
            ((ONE, None),), "raw", ("x",), ("title",), 3, Executor.SLURM,
            JobOptions("50G", "04:00:00", 7, (("mode", "fast"), ("threshold", 2.5))),
        ),
        CancelRequest(jobs=(1, 2)),
        CancelRequest(runs=(ONE,)),
        RetryRequest((5,), options=JobOptions("1G")),
        RetryRequest(failed=True),
        PrioritiseRequest((4,), -2),
        CombineRequest(),
    ],
    ids=repr,
)  # fmt: skip
def test_request_survives_serialisation(request_):
    assert parse_request(str(request_.kind), request_.to_payload()) == request_


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("cancel", {"jobs": [BEYOND]}),
        ("cancel", {"jobs": [-1]}),
        ("cancel", {"jobs": [True]}),
        ("cancel", {"jobs": [1.0]}),
        ("cancel", {"jobs": {"1": 1}}),
        ("cancel", {}),
        ("retry", {"jobs": [BEYOND]}),
        ("retry", {"jobs": [1], "memory": "lots"}),
        ("retry", {"jobs": [1], "memory": "9" * 5000}),
        ("retry", {"jobs": [1], "memory": "99999999999T"}),
        ("retry", {"jobs": [1], "time": "99999999999-00"}),
        ("retry", {"jobs": [1], "time": "9" * 5000}),
        ("retry", {"jobs": [1], "concurrent_jobs": BEYOND}),
        ("reprocess", {"runs": [[BEYOND, 1]]}),
        ("reprocess", {"runs": [[1, float("inf")]]}),
        ("reprocess", {"runs": [[1, float("nan")]]}),
        ("reprocess", {"runs": [[1]]}),
        ("reprocess", {"runs": [[1, 1, "names"]]}),
        ("reprocess", {"runs": [[1, 1]], "priority": float("inf")}),
        ("reprocess", {"runs": [[1, 1]], "executor": "moon"}),
        ("reprocess", {"runs": [[1, 1]], "data": ["raw"]}),
        ("reprocess", {"runs": [[1, 1]], "variables": [{}]}),
        ("reprocess", {"runs": [[1, 1]], "parameters": [1]}),
        ("reprocess", {"runs": [[1, 1]], "parameters": {"a": [1]}}),
        ("reprocess", {"runs": [[1, 1]], "parameters": {"a": float("nan")}}),
        ("reprocess", {"runs": [[1, 1]], "parameters": {"a": 10**400}}),
        ("reprocess", {"runs": [[1, 1]], "parameters": {"a": "x" * 10_001}}),
        ("prioritise", {"jobs": [1]}),
        ("prioritise", {"jobs": [1], "priority": BEYOND}),
        ("dance", {}),
        ("", {}),
        (None, {}),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_request_out_of_bounds_is_refused_with_reason(kind, payload):
    with pytest.raises(DamnitError) as caught:
        parse_request(kind, payload)
    assert 10 < len(str(caught.value)) < 400


def test_request_refuses_job_number_beyond_64_bits():
    with pytest.raises(DamnitError, match="a job's number"):
        CancelRequest(jobs=(BEYOND,))


def test_deeply_nested_json_is_read_as_empty():
    assert parse_object(DEEP) == {}
    assert parse_object('{"jobs": ' + DEEP + "}") == {}
