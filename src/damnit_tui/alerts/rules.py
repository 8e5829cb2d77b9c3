"""When to call somebody: a filter that holds for several runs in a row. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from damnit_daemon.model import Column, RunKey
from damnit_daemon.query import Filter, FilterError, Table, parse_filter

MOST_RUNS = 100
_FOR = re.compile(r"(?:^|\s+)for\s+(\d+)\s+runs?\s*$")


@dataclass(frozen=True)
class Alert:
    """A watch, as somebody typed it."""

    condition: str
    """In the filter language."""
    runs: int = 1
    """How many runs in a row it has to hold for."""

    @classmethod
    def parse(cls, text: str, columns: Sequence[Column]) -> Alert:
        """Understand `xgm < 500 for 3 runs`.

        Raises:
            FilterError: If it is wrong; says where.
        """
        runs = 1
        if match := _FOR.search(text):
            runs = int(match[1])
            if not 1 <= runs <= MOST_RUNS:
                raise FilterError(f"From 1 to {MOST_RUNS} runs.", match.start(1), match.end(1))
        condition = text[: match.start()] if match else text
        if not parse_filter(condition, columns):
            raise FilterError("What is to be watched, such as xgm < 500?", 0, len(text))
        return cls(condition.strip(), runs)

    def __str__(self) -> str:
        """As it may be typed."""
        return self.condition if self.runs == 1 else f"{self.condition} for {self.runs} runs"


class AlertEvaluator:
    """Looks at a table again and again, and tells once for each run that makes an alert true.

    Runs that have no value yet for what is asked are passed over: they may come
    to have one. What was there at the first look is nobody's alert.
    """

    def __init__(self, alert: Alert) -> None:
        self.alert = alert
        self._seen: RunKey | None = None
        self._has_looked = False

    def look(self, table: Table, keys: Iterable[RunKey]) -> RunKey | None:
        """The run that makes it true, if that is news.

        Args:
            table: Its runs and values.
            keys: All runs, newest first.
        """
        try:
            found = parse_filter(self.alert.condition, table.columns)
        except FilterError:
            return None  # its variable is not there (yet, or any more)
        decided = self._decided(found, table, keys)
        newest = decided[0] if decided else None
        is_news = self._has_looked and newest is not None and newest != self._seen
        self._seen, self._has_looked = newest, True
        if not is_news or len(decided) < self.alert.runs:
            return None
        return newest if all(found.mask(table, decided)) else None

    def _decided(self, found: Filter, table: Table, keys: Iterable[RunKey]) -> list[RunKey]:
        """The newest runs that have all that is asked about, as many as are needed."""
        names = {name for part in found.parts for name in part.columns}
        decided: list[RunKey] = []
        for key in keys:
            if all(_has(table, name, key) for name in names):
                decided.append(key)
                if len(decided) >= self.alert.runs:
                    break
        return decided


def _has(table: Table, name: str, key: RunKey) -> bool:
    if name in ("start_time", "run", "proposal"):
        return True
    return bool(table.filled(name, [key])[0])
