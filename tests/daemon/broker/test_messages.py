"""Parsing of broker messages and encoding of updates."""

from __future__ import annotations

import json

import pytest

from damnit_daemon.broker import (
    Ignored,
    Malformed,
    ProcessingFinished,
    ProcessingStateSet,
    ProcessingStatus,
    Record,
    RunValuesUpdated,
    VariableSet,
    encode_update,
    parse_arrival,
)
from damnit_daemon.broker.messages import arrival_key
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.model.arrival import Arrival, ArrivalSource

NOW = 1_790_000_000.25


def record(value, *, topic="test.r2d2", offset=7, timestamp_s=NOW):
    if not isinstance(value, bytes | None):
        value = json.dumps(value).encode()
    return Record(topic, 0, offset, timestamp_s, value)


def event(name="migration_complete", proposal=1234, run=42, **more):
    return {"event": name, "proposal": proposal, "run": run, **more}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("migration_complete", "raw"),
        ("run_corrections_complete", "proc"),
        ("daq_run_complete", "raw"),
        ("online_correction_complete", "proc"),
    ],
)
def test_facility_event_is_parsed_as_arrival(name, data):
    arrival = parse_arrival(record(event(name, path="/gpfs", instrument="MID", cycle="202601")))
    assert arrival == Arrival(
        ArrivalSource.KAFKA, arrival.key, RunKey(1234, 42), data, NOW, backfilled=False
    )


def test_numeric_text_is_parsed_as_proposal_and_run():
    assert parse_arrival(record(event(proposal="001234", run="42"))).run_key == RunKey(1234, 42)


def test_unknown_event_is_ignored():
    assert parse_arrival(record(event("correction_complete"))) == Ignored("unknown event")


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\xff\xfe",
        b"{",
        b"null",
        b"[]",
        b'"migration_complete"',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        {},
        {"event": None},
        {"event": ["migration_complete"]},
        {"event": {}},
        event(proposal=None),
        event(proposal=True),
        event(proposal=0),
        event(proposal=-1),
        event(proposal="../etc"),
        event(proposal="١٢٣٤"),
        event(proposal=1234.0),
        event(run=None),
        event(run=2**31),
        event(run="9" * 5000),
        event(run=" 42"),
        event(run={"number": 42}),
        event(run="42\n"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_invalid_message_is_malformed_with_short_reason(value):
    parsed = parse_arrival(record(value))
    assert isinstance(parsed, Malformed)
    assert len(parsed.reason) < 40


def test_redelivered_message_has_equal_arrival_key():
    assert arrival_key(record(event())) == arrival_key(record(event()))


def test_arrival_keys_differ_when_broker_restarts_offsets():
    assert arrival_key(record(event(run=1))) != arrival_key(record(event(run=2)))
    assert arrival_key(record(event())) != arrival_key(record(event(), timestamp_s=NOW + 3600))


def test_messages_without_timestamp_are_distinguished_by_offset():
    first, again, second = (record(event(), offset=n, timestamp_s=None) for n in (1, 1, 2))
    assert arrival_key(first) == arrival_key(again) != arrival_key(second)


def test_variable_set_has_all_its_keys():
    variable = VariableInfo("a.b", "A/B", "what it is", "number", ("x", "y"))
    assert json.loads(encode_update(VariableSet(variable))) == {
        "msg_kind": "variable_set",
        "data": {
            "name": "a.b",
            "title": "A/B",
            "description": "what it is",
            "tags": ["x", "y"],
            "attributes": None,
            "type": "number",
        },
    }


def test_variable_set_of_a_computed_variable_without_tags():
    data = json.loads(encode_update(VariableSet(VariableInfo("a", "A"))))["data"]
    assert data == {
        "name": "a",
        "title": "A",
        "description": None,
        "tags": None,
        "attributes": None,
        "type": None,
    }


def test_run_values_updated_names_values_and_sends_none():
    message = encode_update(RunValuesUpdated(RunKey(1234, 42), ["start_time", "a"]))
    assert json.loads(message) == {
        "msg_kind": "run_values_updated",
        "data": {"run": 42, "proposal": 1234, "values": {"start_time": None, "a": None}},
    }


def test_processing_state_set_while_running():
    state = ProcessingStateSet(
        "0b6e",
        RunKey(1234, 42),
        "all",
        ProcessingStatus.RUNNING,
        "max-001",
        "xuser",
        "maxwell",
        "9",
    )
    assert json.loads(encode_update(state)) == {
        "msg_kind": "processing_state_set",
        "data": {
            "processing_id": "0b6e",
            "proposal": 1234,
            "run": 42,
            "data": "all",
            "status": "RUNNING",
            "hostname": "max-001",
            "username": "xuser",
            "slurm_cluster": "maxwell",
            "slurm_job_id": "9",
        },
    }


def test_processing_state_set_while_pending_has_no_host_or_user():
    state = ProcessingStateSet(
        "0b6e", RunKey(1234, 42), "raw", ProcessingStatus.PENDING, "max-001", "xuser"
    )
    data = json.loads(encode_update(state))["data"]
    assert (data["status"], data["hostname"], data["username"]) == ("PENDING", "", "")
    assert (data["slurm_cluster"], data["slurm_job_id"]) == (None, "")


def test_processing_finished_has_its_id():
    assert json.loads(encode_update(ProcessingFinished("0b6e"))) == {
        "msg_kind": "processing_finished",
        "data": {"processing_id": "0b6e"},
    }


def test_update_with_unpaired_surrogate_is_encoded():
    message = encode_update(VariableSet(VariableInfo("a", "half a pair \ud800")))
    assert json.loads(message)["data"]["title"] == "half a pair \ud800"
