"""Filter facility messages down to new files of this proposal."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..model.arrival import Arrival
from .messages import Ignored, Malformed, content_hash, parse_arrival
from .record import Record

log = logging.getLogger(__name__)

ECHO_S = 60.0
"""An identical message within this time was sent twice, and announces no new files."""

ECHOES_REMEMBERED = 10_000

OTHER_PROPOSAL = "ignored: other proposal"
TOO_OLD = "ignored: older than the daemon"
REPEATED = "ignored: repeated"


@dataclass(frozen=True)
class FilteredMessage:
    """Result of filtering a batch of messages."""

    arrivals: list[Arrival]
    """Without duplicates, in the order of the messages."""
    passed_over: Counter[str]
    """Number of messages that were no arrivals of ours, by reason."""


class ArrivalFilter:
    """Extracts the arrivals from messages.

    Args:
        proposal: The only one accepted; None for all.
        ignore_before: Unix seconds UTC; earlier events are ignored. A group that is
            new to a broker is sent all that it still has.
    """

    def __init__(self, *, proposal: int | None = None, ignore_before: float | None = None) -> None:
        self._proposal = proposal
        self._ignore_before = ignore_before
        self._echoes = _Echoes()

    def sift(self, records: Iterable[Record], *, now: float) -> FilteredMessage:
        """Filter a batch; `now`, in Unix seconds, replaces a time that the broker does not give."""
        arrivals: dict[str, Arrival] = {}
        passed_over: Counter[str] = Counter()
        for record in records:
            found = self._judge(record)
            if isinstance(found, str):
                passed_over[found] += 1
                continue
            key = self._echoes.first_key(record, found.key, now)
            if key in arrivals:
                passed_over[REPEATED] += 1
            else:
                arrivals[key] = replace(found, key=key)
        return FilteredMessage(list(arrivals.values()), passed_over)

    def _judge(self, record: Record) -> Arrival | str:
        """Return the arrival in a message, or the reason to ignore it."""
        match parse_arrival(record):
            case Ignored(reason):
                return f"ignored: {reason}"
            case Malformed(reason):
                log.debug("%s, %s: %s: %.200r", record.topic, record.offset, reason, record.value)
                return f"malformed: {reason}"
            case Arrival() as arrival:
                return self._objection(arrival) or arrival

    def _objection(self, arrival: Arrival) -> str:
        if self._proposal not in (None, arrival.run_key.proposal):
            return OTHER_PROPOSAL
        event_at, limit = arrival.event_at, self._ignore_before
        if event_at is not None and limit is not None and event_at < limit:
            return TOO_OLD
        return ""


class _Echoes:
    """Gives a message sent several times within a short time the key of the first."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], tuple[str, float]] = {}

    def first_key(self, record: Record, key: str, now: float) -> str:
        words = (record.topic, content_hash(record))
        sent_at = now if record.timestamp_s is None else record.timestamp_s
        first = self._first.get(words)
        if first is not None and abs(sent_at - first[1]) <= ECHO_S:
            return first[0]
        self._first.pop(words, None)
        self._first[words] = (key, sent_at)
        if len(self._first) > ECHOES_REMEMBERED:
            del self._first[next(iter(self._first))]
        return key
