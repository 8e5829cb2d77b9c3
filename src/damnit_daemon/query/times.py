"""Parse times as typed: `10:00`, `2026-11-24`, `-2h`, `yesterday`. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"-(\d{1,6}(?:\.\d+)?)(s|m|min|h|d|w)", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_SECOND, _MINUTE, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


class Moment:
    """The reference time and time zone for relative times."""

    def __init__(self, now: float, zone: tzinfo | None = None) -> None:
        """Set the reference.

        Args:
            now: Unix seconds.
            zone: The user's time zone; None for this machine's.
        """
        self._now = datetime.fromtimestamp(now).astimezone(zone)

    def parse(self, text: str) -> float:
        """Parse a time as Unix seconds; the first second of a day or a minute.

        Raises:
            ValueError: If it is not a time.
        """
        return self.parse_span(text)[0]

    def parse_span(self, text: str) -> tuple[float, float]:
        """Parse a time as a span of Unix seconds: `10:00` is a minute, a date a day.

        Raises:
            ValueError: If it is not a time.
        """
        try:
            start, length = self._understand(text.strip())
            return start.timestamp(), (start + length).timestamp()
        except (OverflowError, OSError) as error:
            raise ValueError(str(error)) from error

    def _understand(self, text: str) -> tuple[datetime, timedelta]:
        word = text.casefold()
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        if word == "now":
            return self._now, _SECOND
        if word in ("today", "yesterday"):
            return midnight - timedelta(days=word == "yesterday"), _DAY
        if match := _AGO.fullmatch(word):
            return self._now - timedelta(**{_UNITS[match[2]]: float(match[1])}), _SECOND
        if match := _CLOCK.fullmatch(word):
            hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
            start = midnight.replace(hour=hour, minute=minute, second=second)
            return start, _SECOND if match[3] else _MINUTE
        start = datetime.fromisoformat(text)
        if start.tzinfo is None:
            start = start.replace(tzinfo=self._now.tzinfo)
        clock = text[10:]
        return start, _SECOND if clock.count(":") > 1 else _MINUTE if ":" in clock else _DAY
