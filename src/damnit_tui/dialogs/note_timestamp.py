"""The time a note is about, typed before it. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

_TIME = re.compile(
    r"(?:(?P<date>\d{4}-\d\d-\d\d)[ T])?(?P<time>\d{1,2}:\d\d(?::\d\d)?)\s+(?P<text>\S.*)",
    re.DOTALL,
)
AHEAD = timedelta(hours=1)
"""A time of day further ahead is meant to be yesterday's."""


def split_time(typed: str, now: float, zone: tzinfo | None = None) -> tuple[float, str]:
    """Take a note apart: Unix seconds it is about, and its text.

    Args:
        typed: `beam is back`, `10:42 beam is back` or `2026-03-14 10:42 beam is back`.
        now: The time it is about if it names none, Unix seconds.
        zone: Of the times that are typed; None for this machine's.
    """
    match = _TIME.fullmatch(typed.strip())
    if match is None:
        return now, typed.strip()
    today = datetime.fromtimestamp(now, zone)
    date = match["date"] or today.date().isoformat()
    time = match["time"].rjust(5, "0") if match["time"].count(":") == 1 else match["time"].zfill(8)
    try:
        when = datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=zone)
    except ValueError:  # no such time: it is part of the text
        return now, typed.strip()
    if not match["date"] and when.timestamp() > now + AHEAD.total_seconds():
        when -= timedelta(days=1)
    return when.timestamp(), match["text"]
