"""Load blobs and render their cell previews; to be called from workers only."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from damnit_daemon.store import Database, decode_value, load_value

from .cell_render import BlobPreview
from .cells import CellAddress, stored_blob_kind


def load_blob_previews(
    database: Database, addresses: Collection[CellAddress], height: int = 1
) -> Iterator[tuple[CellAddress, float, BlobPreview]]:
    """Yield the previews of blobs one by one, each with the time its value was stored.

    Args:
        database: The run database.
        addresses: The cells to load.
        height: Lines per row.

    Raises:
        DamnitError: If the database cannot be read.
    """
    from .blob_preview import draw_picture

    for address in addresses:
        with database.reading() as con:
            value = load_value(con, address.key, address.name)
        kind = stored_blob_kind(value) if value is not None else None
        if value is not None and kind is not None:
            yield address, value.timestamp, draw_picture(kind, decode_value(value), height)
