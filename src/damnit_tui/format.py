"""Format numbers, times, durations, sizes and shares."""

from __future__ import annotations

import math
from datetime import datetime, tzinfo

from damnit_daemon.text import format_timestamp

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BAR_CELLS = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def split_number(text: str) -> tuple[str, str]:
    """Split a formatted number at its decimal point, which goes to the second half."""
    whole, point, fraction = text.partition(".")
    return whole, point + fraction


def format_time(timestamp: float, now: float, zone: tzinfo | None = None) -> str:
    """Format when a run began, in brief: the time if it was today, else the day too.

    Args:
        timestamp: Unix seconds.
        now: Unix seconds, to know what today is.
        zone: The viewer's; None for this machine's.
    """
    return "".join(split_time(timestamp, now, zone))


def split_time(
    timestamp: float, now: float, zone: tzinfo | None = None, *, with_day: bool = False
) -> tuple[str, str]:
    """Split a time as formatted by `format_time`: the day with a blank, and the rest.

    Args:
        timestamp: Unix seconds.
        now: Unix seconds, to know what today is.
        zone: The viewer's; None for this machine's.
        with_day: True to include the day even if it is today.
    """
    try:
        moment = datetime.fromtimestamp(timestamp, zone)
    except (ValueError, OverflowError, OSError):
        return "", "?"
    today = datetime.fromtimestamp(now, zone)
    if moment.date() == today.date() and not with_day:
        return "", f"{moment:%H:%M:%S}"
    day = f"{moment.day:2} {MONTHS[moment.month - 1]} "
    return day, f"{moment:%H:%M}" if moment.year == today.year else f"{moment.year}"


def is_same_day(one: float, other: float, zone: tzinfo | None = None) -> bool:
    """Return True if two Unix times are on one day, or if either is outside the calendar."""
    try:
        days = [datetime.fromtimestamp(moment, zone).date() for moment in (one, other)]
    except (ValueError, OverflowError, OSError):
        return True
    return days[0] == days[1]


def format_full_time(timestamp: float, zone: tzinfo | None = None) -> str:
    """Format a time in full: `2026-11-30 08:26:33`."""
    otherwise = f"{timestamp!r} (not a valid time)"
    return format_timestamp(timestamp, zone, otherwise=otherwise)


def format_minute(timestamp: float, zone: tzinfo | None = None) -> str:
    """Format a time without seconds: `2026-11-30 08:26`."""
    text = format_full_time(timestamp, zone)
    return text.rpartition(":")[0] or text


def format_age(seconds: float) -> str:
    """Format an age, coarsely, so that it seldom changes."""
    if seconds < 5:
        return "just now"
    if seconds < 60:
        return f"{int(seconds) // 5 * 5} s ago"
    for size, unit in ((60, "min"), (3600, "h"), (86_400, "d")):
        limit = {"min": 3600, "h": 86_400, "d": math.inf}[unit]
        if seconds < limit:
            return f"{int(seconds // size)} {unit} ago"
    return "long ago"


def format_size(count: int) -> str:
    """Format a size in bytes: `512 B`, `3.4 MB`."""
    if count < 1000:
        return f"{count} B"
    size = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        size /= 1000
        if size < 999.5 or unit == "TB":
            break
    return f"{size:.1f} {unit}" if size < 99.5 else f"{size:.0f} {unit}"


def progress_bar(share: float, cells: int = BAR_CELLS) -> str:
    """Draw a bar of eighths of a character, `cells` wide."""
    eighths = round(max(0.0, min(1.0, share)) * 8 * cells)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[rest] if rest else "")
    return drawn.ljust(cells, "·")
