"""The table of a report, with titles and cells as the app shows them; only for workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo

from damnit_daemon.export import markdown_table
from damnit_daemon.model import BlobKind, Column, RunRow, StoredValue
from damnit_daemon.store import Database, decode_value, load_values

from ..format import format_minute
from ..table.blob_preview import draw_picture
from ..table.cells import CellKind, TableCell, boolean_text, format_cell, stored_blob_kind
from ..table.half_blocks import png_size
from ..table.layout import Fit

Line = list[tuple[TableCell, str]]
"""The cells of a run, each with its text without units."""


def write_runs(
    database: Database,
    runs: Sequence[RunRow],
    columns: Sequence[Column],
    zone: tzinfo | None = None,
) -> str:
    """Write runs as a Markdown table.

    Args:
        database: The run database.
        runs: The runs, in their order.
        columns: The variables, in their order.
        zone: Time zone of the times written; None for this machine's.

    Raises:
        DamnitError: If the database cannot be read.
    """
    names = [column.name for column in columns]
    with database.reading() as con:
        lines = [
            _line(load_values(con, keys=[run.key], names=names, blobs=True), columns)
            for run in runs
        ]
    fits = [Fit(column) for column in columns]
    for line in lines:
        for fit, (cell, _) in zip(fits, line, strict=True):
            fit.take(cell)
    of_several = len({run.key.proposal for run in runs}) > 1
    rows = [
        [
            f"p{run.key.proposal} r{run.key.run}" if of_several else str(run.key.run),
            "" if run.start_time is None else format_minute(run.start_time, zone),
            *map(_with_units, fits, line),
        ]
        for run, line in zip(runs, lines, strict=True)
    ]
    titles = ["Run", "Time", *("/".join(fit.title_parts) for fit in fits)]
    return "".join(markdown_table(titles, rows))


def _line(found: Iterable[StoredValue], columns: Sequence[Column]) -> Line:
    values = {value.name: value for value in found}
    line = []
    for column in columns:
        value = values.get(column.name)
        cell = format_cell(value, column)
        line.append((cell, _text(value, column, cell)))
    return line


def _text(value: StoredValue | None, column: Column, cell: TableCell) -> str:
    if value is None or cell.kind is CellKind.NOT_COMPUTED:
        return ""
    if cell.kind is CellKind.PICTURE:
        return _describe_blob(value)
    if cell.kind is CellKind.TEXT and not boolean_text(value, column):
        return str(value.value)  # with its line breaks
    return cell.text


def _describe_blob(value: StoredValue) -> str:
    """Return a curve in braille, a complex number, or the size of an image or array."""
    kind, decoded = stored_blob_kind(value), decode_value(value)
    if kind is BlobKind.PNG:
        size = png_size(decoded) if isinstance(decoded, bytes) else None
        return f"image {size[0]}×{size[1]}" if size else "unreadable image"
    return draw_picture(kind or BlobKind.UNKNOWN, decoded).text


def _with_units(fit: Fit, shown: tuple[TableCell, str]) -> str:
    cell, text = shown
    return text if fit.shared_units or not text else f"{text} {cell.units}".rstrip()
