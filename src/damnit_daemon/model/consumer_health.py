"""State of the connection to the broker; the daemon publishes it in its lease."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from ..text import count_of

LONGEST_TEXT = 300
MOST_PARTITIONS = 100


@dataclass(frozen=True)
class ConsumerHealth:
    """State of a consumer's connection. Times are Unix seconds."""

    problem: str = ""
    """Why messages cannot be read at the moment; empty if they can."""
    reached_at: float | None = None
    """When the broker last answered."""
    partitions: tuple[str, ...] = ()
    """Partitions assigned to this consumer, as `topic/partition`."""
    foreign: tuple[str, ...] = ()
    """Partitions assigned to another member of the group."""
    lag: int | None = None
    """Number of messages still to be read; None if unknown."""
    last_error: str = ""
    last_error_at: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the lease."""
        return asdict(self)

    def sentence(self, now: float) -> str:
        """Describe the connection in a sentence."""
        if self.problem:
            sentence = self.problem
        elif self.partitions:
            sentence = f"listening to {', '.join(self.partitions)}"
            if self.lag is not None:
                sentence += f", {count_of(self.lag, 'unread message')}"
        else:
            sentence = "not connected yet"
        if self.reached_at is not None:
            sentence += f"; last answer {max(0.0, now - self.reached_at):.0f} s ago"
        if self.last_error and self.last_error not in sentence and self.last_error_at is not None:
            ago_s = max(0.0, now - self.last_error_at)
            sentence += f"; last error {ago_s / 60:.0f} min ago: {self.last_error}"
        return sentence


def parse_consumer_health(found: object) -> ConsumerHealth | None:
    """Parse the state from a lease; None if it has none."""
    if not isinstance(found, dict):
        return None
    lag = found.get("lag")
    return ConsumerHealth(
        str(found.get("problem") or "")[:LONGEST_TEXT],
        _time(found.get("reached_at")),
        _names(found.get("partitions")),
        _names(found.get("foreign")),
        lag if isinstance(lag, int) and 0 <= lag < 2**63 else None,
        str(found.get("last_error") or "")[:LONGEST_TEXT],
        _time(found.get("last_error_at")),
    )


def _time(value: object) -> float | None:
    is_time = isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e11
    return float(value) if is_time and isinstance(value, int | float) else None


def _names(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else []
    return tuple(str(each)[:LONGEST_TEXT] for each in found[:MOST_PARTITIONS])
