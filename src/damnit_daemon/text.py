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
    """Format a duration in at most two units: `0.42 s`, `3 min 5 s`, `2 d 4 h`."""
    if duration_s < 10:
        return f"{duration_s:.2f} s"
    seconds = round(duration_s)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h"
