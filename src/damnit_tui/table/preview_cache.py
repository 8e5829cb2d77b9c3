"""Blobs that were drawn for their cells; as many as a few screens have."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from damnit_daemon.model import BlobKind, RunKey

from .cell_render import BlobPreview
from .cells import CellAddress, stored_blob_kind
from .rows import Rows

MOST_PICTURES = 5000


class PreviewCache:
    """Drawings by cell, each of one version of its value."""

    def __init__(self, rows: Rows) -> None:
        self.height = 1
        """Lines of a row; what was drawn for another height is drawn anew."""
        self._rows = rows
        self._drawn: dict[CellAddress, tuple[float, BlobPreview]] = {}

    def missing(self, keys: Iterable[RunKey], names: Collection[str]) -> list[CellAddress]:
        """The blobs of some runs and variables that are not drawn yet."""
        missing = []
        for key in keys:
            for name in names:
                value = self._rows.value(key, name)
                if value is None or stored_blob_kind(value) in (None, BlobKind.UNKNOWN):
                    continue
                if self.get(CellAddress(key, name)) is None:
                    missing.append(CellAddress(key, name))
        return missing

    def add(self, address: CellAddress, timestamp: float, picture: BlobPreview) -> None:
        """Keep a drawn blob; the oldest are forgotten first."""
        self._drawn.pop(address, None)
        self._drawn[address] = (timestamp, picture)
        while len(self._drawn) > MOST_PICTURES // self.height:
            del self._drawn[next(iter(self._drawn))]

    def get(self, address: CellAddress) -> BlobPreview | None:
        """A blob as it was drawn, unless it has changed since."""
        drawn = self._drawn.get(address)
        value = self._rows.value(*address)
        if drawn is None or value is None or drawn[0] != value.timestamp:
            return None
        return drawn[1] if drawn[1].height == self.height else None
