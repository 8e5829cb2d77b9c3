"""Convert cells of the ledger to typed values: everyone who shares the folder may write a row."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ..model import RunKey
from ..store.sql import Row

Parsed = TypeVar("Parsed")

LARGEST_TIME = 1e11
"""Unix seconds: the year 5138; later times cannot be displayed."""


class MalformedRow(ValueError):  # noqa: N818 – house style
    """Raised when a cell does not fit its column."""


def parse_rows(parse: Callable[[Row], Parsed], rows: Iterable[Row]) -> list[Parsed]:
    """Parse the well-formed rows, skipping the others."""
    parsed = []
    for row in rows:
        try:
            parsed.append(parse(row))
        except ValueError:
            continue
    return parsed


def integer(value: Any) -> int:
    """Return a whole number.

    Raises:
        MalformedRow: If it is not an integer.
    """
    if not isinstance(value, int):
        raise MalformedRow(f"a whole number is expected, not {type(value).__name__}")
    return value


def number(value: Any) -> float:
    """Return a finite number.

    Raises:
        MalformedRow: If it is not finite or not a number.
    """
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedRow(f"a number is expected, not {type(value).__name__}")
    return float(value)


def time(value: Any) -> float:
    """Return a displayable time, Unix seconds.

    Raises:
        MalformedRow: If it is not one.
    """
    if abs(seconds := number(value)) > LARGEST_TIME:
        raise MalformedRow("a time is expected")
    return seconds


def text(value: Any) -> str:
    """Return text.

    Raises:
        MalformedRow: If it is not text.
    """
    if not isinstance(value, str):
        raise MalformedRow(f"text is expected, not {type(value).__name__}")
    return value


def optional(parse: Callable[[Any], Parsed], value: Any) -> Parsed | None:
    """Parse a cell that may be empty."""
    return None if value is None else parse(value)


def run_key(proposal: Any, run: Any) -> RunKey:
    """Return a run's key.

    Raises:
        MalformedRow: If a number is not an integer, or negative.
    """
    if integer(proposal) < 0 or integer(run) < 0:
        raise MalformedRow("a run's numbers are not negative")
    return RunKey(proposal, run)
