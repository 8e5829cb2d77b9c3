"""Messages exchanged with the facility and with DAMNIT: incoming and outgoing. Pure.

On the update topic, a message of an unknown kind or with a missing key crashes
DAMNIT's window: send only the messages defined here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..model import RunKey, VariableInfo
from ..model.arrival import Arrival, ArrivalSource
from .record import Record

FACILITY_EVENTS = {
    "migration_complete": "raw",
    "run_corrections_complete": "proc",
    "daq_run_complete": "raw",
    "online_correction_complete": "proc",
}
"""Events that announce new files, and the kind of data in them."""

LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class Ignored:
    """A valid message that is not about new files."""

    reason: str


@dataclass(frozen=True)
class Malformed:
    """An invalid message; `reason` quotes none of its text."""

    reason: str


def parse_arrival(record: Record) -> Arrival | Ignored | Malformed:
    """Parse a message from the facility."""
    try:
        message = json.loads(record.value or b"")
    except (ValueError, RecursionError):
        return Malformed("is not JSON")
    if not isinstance(message, dict):
        return Malformed("is not a JSON object")
    event = message.get("event")
    if not isinstance(event, str):
        return Malformed("names no event")
    data = FACILITY_EVENTS.get(event)
    if data is None:
        return Ignored("unknown event")
    proposal, run = (_number(message.get(name)) for name in ("proposal", "run"))
    if proposal is None or run is None:
        return Malformed("names no run" if proposal else "names no proposal")
    key = arrival_key(record)
    return Arrival(ArrivalSource.KAFKA, key, RunKey(proposal, run), data, record.timestamp_s)


def arrival_key(record: Record) -> str:
    """Return a key for a message that stays the same when it is delivered again.

    Its offset in the log will not do: a broker that lost its log counts from 0
    again, and new messages would be taken for old ones.
    """
    if record.timestamp_s is None:
        when = f"{record.partition}:{record.offset}"
    else:
        when = f"{record.timestamp_s:.3f}"
    return f"{record.topic}/{content_hash(record)}@{when}"


def content_hash(record: Record) -> str:
    """Return a short hash of a message's content."""
    return hashlib.blake2b(record.value or b"", digest_size=8).hexdigest()


def _number(value: object) -> int | None:
    """Parse a proposal or run number, which some producers send as text."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= LARGEST_NUMBER else None


class ProcessingStatus(StrEnum):
    """Progress of a run's processing, for other programs."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"


@dataclass(frozen=True)
class VariableSet:
    """A variable was declared or changed."""

    variable: VariableInfo


@dataclass(frozen=True)
class RunValuesUpdated:
    """Values of a run were stored; receivers read them from the database."""

    key: RunKey
    names: Sequence[str]


@dataclass(frozen=True)
class ProcessingStateSet:
    """The processing of a run was queued or started."""

    processing_id: str
    key: RunKey
    data: str
    """`raw`, `proc` or `all`."""
    status: ProcessingStatus
    hostname: str = ""
    username: str = ""
    slurm_cluster: str | None = None
    slurm_job_id: str = ""


@dataclass(frozen=True)
class ProcessingFinished:
    """The processing of a run ended, with any outcome."""

    processing_id: str


Update = VariableSet | RunValuesUpdated | ProcessingStateSet | ProcessingFinished


def encode_update(update: Update) -> bytes:
    """Encode a message for the update topic, with all the keys of its kind."""
    match update:
        case VariableSet():
            kind, data = "variable_set", _variable(update.variable)
        case RunValuesUpdated():
            kind, data = "run_values_updated", _run_values(update)
        case ProcessingStateSet():
            kind, data = "processing_state_set", _processing_state(update)
        case ProcessingFinished():
            kind, data = "processing_finished", {"processing_id": update.processing_id}
    return json.dumps({"msg_kind": kind, "data": data}).encode()


def _variable(variable: VariableInfo) -> Mapping[str, object]:
    return {
        "name": variable.name,
        "title": variable.title,
        "description": variable.description,
        "tags": list(variable.tags) or None,
        "attributes": None,
        "type": variable.type,
    }


def _run_values(update: RunValuesUpdated) -> Mapping[str, object]:
    return {
        "run": update.key.run,
        "proposal": update.key.proposal,
        "values": dict.fromkeys(update.names),
    }


def _processing_state(update: ProcessingStateSet) -> Mapping[str, object]:
    is_pending = update.status == ProcessingStatus.PENDING  # not started yet
    return {
        "processing_id": update.processing_id,
        "proposal": update.key.proposal,
        "run": update.key.run,
        "data": update.data,
        "status": update.status.value,
        "hostname": "" if is_pending else update.hostname,
        "username": "" if is_pending else update.username,
        "slurm_cluster": update.slurm_cluster,
        "slurm_job_id": update.slurm_job_id,
    }
