"""A folder as our readers see it, in the shape that `peer/look.py` gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from damnit_daemon.hdf5 import PlotlyJSON, ResultsFile
from damnit_daemon.model import Blob, BlobKind, RunKey, StoredValue
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Database,
    decode_value,
    load_columns,
    load_runs,
    load_values,
)

from .compare import normal
from .peer.exchange import PlotlyText

MARKS = {
    BlobKind.TRENDLINE: "<sparkline>",
    BlobKind.ARRAY: "<ndarray>",
    BlobKind.PNG: "<thumbnail>",
    BlobKind.UNKNOWN: "<blob>",
}
"""How the peer's table shows what does not fit in a cell."""


class OurView:
    """Everything that we read in a folder of one or more runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = DamnitFolder(folder)
        with Database(self.folder.database).reading() as con:
            self.columns = {column.name: column for column in load_columns(con)}
            self.runs = {row.key: row for row in load_runs(con)}
            self.stored = {(v.key, v.name): v for v in load_values(con, blobs=True)}
            self.sketched = {(v.key, v.name): v for v in load_values(con)}

    def keys(self, key: RunKey) -> list[str]:
        """Variables with results, and what people typed: the peer's RunVariables.keys()."""
        with ResultsFile(self.folder.results_file(key)) as results:
            names = {name for name in results.names() if self._is_there(results, key, name)}
        names |= {
            name
            for (where, name), stored in self.stored.items()
            if where == key and stored.value is not None and self._typed_by_hand(name)
        }
        return sorted(names)

    def data(self, key: RunKey, name: str) -> Any:
        """The full result of a variable."""
        if self._typed_by_hand(name):
            return self.summary(key, name)
        with ResultsFile(self.folder.results_file(key)) as results:
            return _value(results.read(name))

    def preview(self, key: RunKey, name: str) -> Any:
        """What a variable gave as its preview, if it did."""
        with ResultsFile(self.folder.results_file(key)) as results:
            return _value(results.preview(name))

    def type_hint(self, key: RunKey, name: str) -> str:
        """`image`, `dataarray`, … or `None`."""
        with ResultsFile(self.folder.results_file(key)) as results:
            return str(results.object_type(name))

    def summary(self, key: RunKey, name: str) -> Any:
        """What the cell is made from."""
        stored = self.stored.get((key, name))
        return None if stored is None else normal(decode_value(stored))

    def attributes(self, key: RunKey, name: str) -> dict[str, Any]:
        """Units, colour, error, … of a cell."""
        stored = self.stored.get((key, name))
        return {} if stored is None else stored.attributes

    def cell(self, key: RunKey, name: str) -> Any:
        """A cell as the peer's table has it."""
        stored = self.sketched.get((key, name))
        if stored is None:
            return "<no row>"
        if isinstance(stored.value, Blob) and stored.value.kind is not BlobKind.COMPLEX:
            return MARKS[stored.value.kind]
        return self.summary(key, name)

    def _typed_by_hand(self, name: str) -> bool:
        column = self.columns.get(name)
        return name == "comment" or bool(column and column.type)

    def _is_there(self, results: ResultsFile, key: RunKey, name: str) -> bool:
        stored: StoredValue | None = self.stored.get((key, name))
        summary_only = stored is not None and stored.value is not None
        return results.has_data(name) or summary_only


def _value(value: Any) -> Any:
    if isinstance(value, PlotlyJSON):
        return PlotlyText(value)
    return normal(value)
