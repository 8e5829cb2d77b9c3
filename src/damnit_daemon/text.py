"""Phrases that commands, messages and the app share: counts, times, durations, suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo


def count_of(number: int, noun: str, *, spec: str = "") -> str:
    """Format a count: `1 run`, `2 runs`; with the format `,`, `2,000 runs`."""
    return f"{number:{spec}} {noun}" if number == 1 else f"{number:{spec}} {noun}s"


def did_you_mean(text: str, known: Iterable[str], *, most: int = 3, cutoff: float = 0.6) -> str:
    """Suggest similar names: `Did you mean a or b?`; empty if there are none."""
    return suggestion(nearest(text, known, most=most, cutoff=cutoff))


def nearest(text: str, known: Iterable[str], *, most: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return the most similar names, the best first."""
    import difflib  # slow to import, and only needed for mistakes

    return difflib.get_close_matches(text, list(known), n=most, cutoff=cutoff)


def suggestion(names: Iterable[str]) -> str:
    """Phrase a suggestion; empty without names."""
    named = " or ".join(names)
    return f"Did you mean {named}?" if named else ""


def format_timestamp(
    at: float, zone: tzinfo | None = None, *, otherwise: str = "an unknown time"
) -> str:
    """Format Unix seconds in full: `2026-11-30 08:26:33`.

    Args:
        at: Unix seconds.
        zone: Time zone; None for this machine's.
        otherwise: Returned for a time outside the calendar.
    """
    try:
        return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return otherwise


def format_duration(duration_s: float) -> str:
    """Format a measured duration: `128 µs`, `1.23 s`, `3 min 5 s`, `2 d 4 h`."""
    for limit, unit, scale in ((1e-3, "µs", 1e6), (1.0, "ms", 1e3)):
        if 0 < duration_s < 0.9995 * limit:
            return f"{duration_s * scale:.3g} {unit}"
    if duration_s < 9.995:
        return f"{max(0.0, duration_s):.3g} s"
    seconds = round(duration_s)
    for size, unit, part, part_unit in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if seconds >= size:
            rest = seconds % size // part
            return f"{seconds // size} {unit}" + (f" {rest} {part_unit}" if rest else "")
    return f"{seconds} s"


def format_span(seconds: float) -> str:
    """Format a span that still grows or is estimated, in one unit: `32 s`, `5 min`."""
    seconds = max(0.0, seconds)
    if seconds < 120:
        return f"{int(seconds)} s"
    return f"{int(seconds // 60)} min" if seconds < 7200 else f"{int(seconds // 3600)} h"
