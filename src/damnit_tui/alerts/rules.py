"""Alert rules: a filter that holds for several runs in a row. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from damnit_daemon.model import UNKNOWN_CONTENT, Column, ContentOf, RunKey
from damnit_daemon.query import Filter, FilterError, Table, parse_filter

MOST_RUNS = 100
_FOR = re.compile(r"(?:^|\s+)for\s+(\d+)\s+runs?\s*$")


@dataclass(frozen=True)
class Alert:
    """An alert as the user typed it."""

    condition: str
    """In the filter language."""
    runs: int = 1
    """Number of consecutive runs it must hold for."""
    since: RunKey | None = field(default=None, compare=False)
    """The newest run with values when the rule was made: later ones raise alerts, also those that
    came while no app was open. None to begin with the first run after the start of the app."""

    @classmethod
    def parse(
        cls,
        text: str,
        columns: Sequence[Column],
        content: ContentOf = lambda _column: UNKNOWN_CONTENT,
    ) -> Alert:
        """Parse `xgm < 500 for 3 runs`.

        Args:
            text: As typed.
            columns: All variables.
            content: Returns what a column contains.

        Raises:
            FilterError: If it is invalid; gives the position.
        """
        runs = 1
        if match := _FOR.search(text):
            runs = int(match[1])
            if not 1 <= runs <= MOST_RUNS:
                raise FilterError(f"Enter 1 to {MOST_RUNS} runs.", match.start(1), match.end(1))
        condition = text[: match.start()] if match else text
        if not parse_filter(condition, columns, content=content):
            raise FilterError("Enter a condition, such as xgm < 500.", 0, len(text))
        return cls(condition.strip(), runs)

    def __str__(self) -> str:
        """The alert as it would be typed."""
        return self.condition if self.runs == 1 else f"{self.condition} for {self.runs} runs"


class AlertEvaluator:
    """Evaluate an alert against a changing table, once for each run that makes it true.

    Runs without a value yet are skipped: they may get one, also after newer runs, as the daemon
    computes the newest first.

    Attributes:
        since: The newest run that raises no alert; None until the table was evaluated.
        has_looked: True once the table was evaluated.
    """

    def __init__(self, alert: Alert) -> None:
        self.alert = alert
        self.since = alert.since
        self.has_looked = False
        self._evaluated: set[RunKey] = set()

    def look(self, table: Table, keys: Iterable[RunKey]) -> list[RunKey]:
        """Return the new runs that make the alert true, newest first, at most `MOST_RUNS`.

        Args:
            table: The runs and their values.
            keys: All runs, newest first.
        """
        try:
            found = parse_filter(self.alert.condition, table.columns)
        except FilterError:
            return []  # its variable does not exist (yet, or any more)
        decided = self._decided(found, table, keys)
        self.has_looked = True
        if self.since is None:
            self.since = next(iter(decided), RunKey(0, 0))
        since, runs = self.since, self.alert.runs
        places = {
            key: place
            for place, key in enumerate(decided[:MOST_RUNS])
            if key > since and key not in self._evaluated
        }
        if not places:
            return []
        self._evaluated.update(places)
        holds = list(found.mask(table, decided))
        return [
            key
            for key, place in places.items()
            if place + runs <= len(decided) and all(holds[place : place + runs])
        ]

    def _decided(self, found: Filter, table: Table, keys: Iterable[RunKey]) -> list[RunKey]:
        """Return the newest runs that have all tested values, as many as are needed."""
        names = {name for part in found.parts for name in part.columns}
        decided: list[RunKey] = []
        before = 0
        for key in keys:
            if key in self._evaluated or all(_has(table, name, key) for name in names):
                decided.append(key)
                before += self.since is None or key <= self.since
                if before >= self.alert.runs or len(decided) >= MOST_RUNS + self.alert.runs:
                    break
        return decided


def _has(table: Table, name: str, key: RunKey) -> bool:
    if name in ("start_time", "run", "proposal"):
        return True
    return bool(table.filled(name, [key])[0])
