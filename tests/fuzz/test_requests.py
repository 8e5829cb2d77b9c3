"""Requests of any JSON: carried out as written, or refused with an error message."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import RequestKind, parse_request
from tests.fuzz.budget import report

NUMBERS = st.integers() | st.sampled_from([0, 1, 1234, 2**63 - 1, 2**63, -1])
LEAVES = st.none() | st.booleans() | NUMBERS | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner)
)
KEYS = [
    "jobs", "runs", "data", "variables", "match", "priority", "executor", "failed", "memory",
    "time", "concurrent_jobs",
]  # fmt: skip
LIKELY = {
    "jobs": st.lists(NUMBERS, max_size=3),
    "runs": st.lists(st.lists(NUMBERS, min_size=2, max_size=2), max_size=3),
    "data": st.sampled_from(["raw", "proc", "all"]),
    "memory": st.sampled_from(["50G", "lots", "1"]),
    "executor": st.sampled_from(["slurm", "local", "moon"]),
}
PAYLOADS = st.fixed_dictionaries({}, optional={key: LIKELY.get(key, JSON) | JSON for key in KEYS})


def test_any_request_payload_is_parsed_or_refused():
    tally = {"tried": 0, "told": 0, "longest": 0}

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(list(RequestKind)) | st.text(max_size=5), PAYLOADS)
    def attack(kind, payload):
        tally["tried"] += 1
        try:
            typed = parse_request(kind, payload)
        except DamnitError as error:
            tally["told"] += 1
            tally["longest"] = max(tally["longest"], len(str(error)))
        else:
            assert parse_request(str(typed.kind), typed.to_payload()) == typed

    attack()
    assert tally["longest"] < 500
    report(
        "requests", tried=tally["tried"], survived=tally["tried"] - tally["told"],
        told=tally["told"], wrong=0,
    )  # fmt: skip
