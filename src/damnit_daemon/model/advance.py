"""Progress of a variable's function, as it reports it itself."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass

from ..text import format_span
from .bounded_json import parse_json

LARGEST = 1e15
LONGEST_UNIT = 20
LONGEST_S = 1e9


@dataclass(frozen=True)
class Advance:
    """Steps done by a function that is running."""

    done: float
    total: float | None = None
    """Number of steps; None if unknown."""
    unit: str = ""
    """What is counted, as the user's code calls it: not sanitized."""
    ends_at: float | None = None
    """Estimated end, Unix seconds; None if it cannot be estimated."""

    def count(self) -> str:
        """Return the steps: `230 of 500 trains`."""
        total = "" if self.total is None else f" of {_number(self.total)}"
        return f"{_number(self.done)}{total} {self.unit}".rstrip()

    def sentence(self, now: float) -> str:
        """Return the steps and the time left: `230 of 500 trains, about 5 min left`."""
        left_s = 0.0 if self.ends_at is None else self.ends_at - now
        return self.count() + (f", about {format_span(left_s)} left" if left_s >= 1 else "")

    def to_json(self) -> str:
        """Return JSON that `parse_advance` reads."""
        return json.dumps(asdict(self))


def advance_of(
    done: object, total: object, unit: object, remaining_s: object, *, now: float
) -> Advance:
    """Return the progress that a runner reports.

    Args:
        done: Steps done.
        total: Number of steps, or None.
        unit: What is counted.
        remaining_s: Estimated seconds to the end, or None.
        now: Unix seconds.

    Raises:
        ValueError: If `done` is out of bounds; an invalid total or estimate is left out.
    """
    found = {"done": done, "total": total, "unit": unit}
    if (left_s := _within(remaining_s, LONGEST_S)) is not None:
        found["ends_at"] = now + left_s
    return _parse(found)


def parse_advance(text: str) -> Advance | None:
    """Parse stored progress; None if it is none."""
    try:
        found = parse_json(text)
        return _parse(found) if isinstance(found, dict) else None
    except ValueError:
        return None


def _parse(found: dict[str, object]) -> Advance:
    done = _within(found.get("done"), LARGEST)
    if done is None:
        raise ValueError("no number of steps")
    total = _within(found.get("total"), LARGEST)
    unit = found.get("unit")
    return Advance(
        done,
        total if total and total >= done else None,
        unit[:LONGEST_UNIT] if isinstance(unit, str) else "",
        _within(found.get("ends_at"), 1e11),
    )


def _within(value: object, largest: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= largest and math.isfinite(value) else None


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else f"{value:.6g}"
