"""Parse the time typed before a note. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

_TIME = re.compile(
    r"(?:(?P<date>\d{4}-\d\d-\d\d)[ T])?(?P<time>\d{1,2}:\d\d(?::\d\d)?)\s+(?P<text>\S.*)",
    re.DOTALL,
)
AHEAD = timedelta(hours=1)
"""A time of day further ahead is taken as yesterday's."""


def split_time(typed: str, now: float, zone: tzinfo | None = None) -> tuple[float, str]:
    """Split a note into its time, in Unix seconds, and its text.

    Args:
        typed: `beam is back`, `10:42 beam is back` or `2026-03-14 10:42 beam is back`.
        now: The time used if the note names none, Unix seconds.
        zone: Time zone of typed times; None for this machine's.
    """
    match = _TIME.fullmatch(typed.strip())
    if match is None:
        return now, typed.strip()
    today = datetime.fromtimestamp(now, zone)
    date = match["date"] or today.date().isoformat()
    time = match["time"].rjust(5, "0") if match["time"].count(":") == 1 else match["time"].zfill(8)
    try:
        when = datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=zone)
    except ValueError:  # not a valid time: it is part of the text
        return now, typed.strip()
    if not match["date"] and when.timestamp() > now + AHEAD.total_seconds():
        when -= timedelta(days=1)
    return when.timestamp(), match["text"]
