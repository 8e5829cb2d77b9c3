"""Parse and format run numbers: `17`, `20-32`, `17, 20-32`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_RUNS = 100_000


def parse_run_ranges(text: str) -> list[int]:
    """Parse run numbers and ranges into unique numbers, ascending.

    Raises:
        ValueError: If an item is neither a number nor a range; the text names it.
    """
    numbers: set[int] = set()
    for item in re.sub(r"\s*-\s*", "-", text).replace(",", " ").split():
        match = re.fullmatch(r"[rR]?(\d{1,9})(?:-[rR]?(\d{1,9}))?", item)
        if not match:
            raise ValueError(f"{item!r} is neither a run number nor a range such as 20-32")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            first, last = last, first
        if last - first >= MOST_RUNS:
            raise ValueError(f"{item!r} is more than {MOST_RUNS} runs")
        numbers.update(range(first, last + 1))
    if not numbers:
        raise ValueError("give a run number")
    return sorted(numbers)


def format_run_ranges(numbers: Iterable[int]) -> str:
    """Format run numbers compactly: `17, 20-32`."""
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)
