"""A table made of stored values, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from damnit_daemon.model import Column, RunKey, RunRow, StoredValue
from damnit_daemon.query import SummaryTable


class StoredTable(SummaryTable):
    """A table of runs and stored values."""

    def __init__(
        self, runs: Iterable[RunRow], columns: Sequence[Column], values: Iterable[StoredValue]
    ) -> None:
        rows = list(runs)
        places = {run.key: place for place, run in enumerate(rows)}
        cells: dict[str, list[Any]] = {}
        for stored in values:
            column = cells.setdefault(stored.name, [None] * len(rows))
            column[places[stored.key]] = stored.failure if stored.value is None else stored.value
        super().__init__(rows, columns, cells)
        self.keys: list[RunKey] = sorted(places, reverse=True)
