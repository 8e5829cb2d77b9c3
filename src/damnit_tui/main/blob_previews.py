"""Load and draw the blobs of the cells on the screen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from textual.worker import get_current_worker

from damnit_daemon.store import Database

from ..data.feed import RETRY_S
from ..data.worker_errors import Failure
from ..table.blob_loader import load_blob_previews
from ..table.cell_render import BlobPreview
from ..table.cells import CellAddress
from ..table.widget import RunTable

BATCH = 12
"""Blobs drawn before the table is refreshed."""

Drawn = tuple[CellAddress, float, BlobPreview]


class BlobPreviewLoader:
    """Load blobs in a worker of the table, each once until it is rewritten."""

    def __init__(self, database: Database, table: RunTable) -> None:
        self._database = database
        self._table = table
        self._pending: dict[CellAddress, float | None] = {}
        """Blobs being loaded, with the time of writing of the requested value."""

    @property
    def is_idle(self) -> bool:
        """True if nothing is being loaded."""
        return not self._pending

    def load(self, addresses: Collection[CellAddress]) -> None:
        """Load the blobs that are not being loaded yet."""
        new = [address for address in addresses if address not in self._pending]
        if new:
            self._pending.update((address, self._written_at(address)) for address in new)
            draw = partial(self._draw, new, self._table.view.row_height)
            self._table.run_worker(draw, group="pictures", thread=True)

    def _written_at(self, address: CellAddress) -> float | None:
        value = self._table.rows.value(*address)
        return value.timestamp if value is not None else None

    def _draw(self, addresses: Sequence[CellAddress], height: int) -> None:
        """Draw blobs in batches; each request is answered, even on errors."""
        worker = get_current_worker()
        for start in range(0, len(addresses), BATCH):
            batch = addresses[start : start + BATCH]
            if worker.is_cancelled:
                return
            drawn: list[Drawn] = []
            failed = True
            try:
                for address in batch:
                    drawn += load_blob_previews(self._database, [address], height)
                failed = False
            except Failure:
                pass  # a lock or a disk error: they are retried
            finally:
                self._table.call_later(self._show, batch, drawn, failed=failed)

    def _show(self, batch: Sequence[CellAddress], drawn: Sequence[Drawn], *, failed: bool) -> None:
        """Put previews in their cells; load those again that were rewritten meanwhile."""
        table = self._table
        requested = {address: self._pending.pop(address, None) for address in batch}
        table.add_previews(drawn)
        if failed:
            table.set_timer(RETRY_S, table.request_previews)
        elif any(self._written_at(address) != when for address, when in requested.items()) or any(
            preview.height != table.view.row_height for *_, preview in drawn
        ):
            table.request_previews()
