"""Cache of blob previews, enough for a few screens."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from damnit_daemon.model import BlobKind, RunKey

from .cell_render import BlobPreview
from .cells import CellAddress, stored_blob_kind
from .rows import Rows

MOST_PICTURES = 5000


class PreviewCache:
    """Previews by cell, each of one version of its value."""

    def __init__(self, rows: Rows) -> None:
        self.height = 1
        """Lines per row; previews for another height are rendered again."""
        self._rows = rows
        self._previews: dict[CellAddress, tuple[float, BlobPreview]] = {}

    def missing(self, keys: Iterable[RunKey], names: Collection[str]) -> list[CellAddress]:
        """Return the blobs of some runs and variables that have no preview yet."""
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
        """Add a preview; the oldest are evicted first."""
        self._previews.pop(address, None)
        self._previews[address] = (timestamp, picture)
        while len(self._previews) > MOST_PICTURES // self.height:
            del self._previews[next(iter(self._previews))]

    def get(self, address: CellAddress) -> BlobPreview | None:
        """Return the preview of a blob, unless the blob has changed since."""
        known = self._previews.get(address)
        value = self._rows.value(*address)
        if known is None or value is None or known[0] != value.timestamp:
            return None
        return known[1] if known[1].height == self.height else None
