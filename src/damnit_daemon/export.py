"""The run table as text: Markdown for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from .errors import DamnitError
from .model import Blob, BlobKind, Column, RunKey, RunRow, StoredValue
from .model.texts import format_number, show_controls
from .store import Database, decode_value, load_columns, load_runs, load_value, load_values

Format = Literal["md", "csv", "json"]
Plain = int | float | str | bool | None

COMMENT = "comment"
MARKERS = {
    BlobKind.PNG: "<image>",
    BlobKind.TRENDLINE: "<trendline>",
    BlobKind.UNKNOWN: "<unknown>",
}
MISSING = frozenset({"Skip", "SourceNameError"})
"""Errors that say there is nothing to compute, rather than that something broke."""


@dataclass(frozen=True)
class Table:
    """All of the run table, with plain values."""

    columns: list[Column]
    runs: list[RunRow]
    cells: dict[tuple[RunKey, str], Plain]

    def rows(self) -> Iterable[list[Plain]]:
        """Yield the values of each run, after its proposal, number and start time."""
        for run in self.runs:
            start = None if run.start_time is None else format_time(run.start_time)
            cells = [self.cells.get((run.key, column.name)) for column in self.columns]
            yield [run.key.proposal, run.key.run, start, *cells]


def export_table(database: Database, *, format: Format = "md") -> str:
    """Render the run table: all runs, all columns.

    Pictures and trendlines are only named; errors are text: `✗ KeyError: …` for
    what failed, `» reason` for what was skipped. Characters that would control
    a terminal are shown as escapes.

    Args:
        database: Where the runs are.
        format: `md` has titles and numbers as people read them, `csv` titles and
            exact values, `json` names and exact values.

    Raises:
        DamnitError: If there is no such format, or the database cannot be read.
    """
    writers: dict[str, Callable[[Table], str]] = {"md": _markdown, "csv": _csv, "json": _json}
    if format not in writers:
        raise DamnitError(f"There is no format {format!r}.", hint=f"Use {', '.join(writers)}.")
    return writers[format](load_table(database))


def load_table(database: Database) -> Table:
    """Load the whole table; of pictures and trendlines, that there is one."""
    with database.reading() as con:
        values = [
            # Of complex numbers and arrays more is shown than that there is one.
            load_value(con, stored.key, stored.name) or stored if _is_unmarked(stored) else stored
            for stored in load_values(con)
        ]
        columns, runs = load_columns(con), load_runs(con)
    columns.sort(key=lambda column: (column.name != COMMENT, column.title.casefold()))
    types = {column.name: column.type for column in columns}
    cells = {(v.key, v.name): _plain(v, types.get(v.name)) for v in values}
    return Table(columns, runs, cells)


def format_time(timestamp: float) -> str:
    """Format a time as ISO 8601, in UTC."""
    try:
        time = datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):  # no year that there is
        return str(timestamp)
    return time.isoformat().replace("+00:00", "Z")


def _is_unmarked(stored: StoredValue) -> bool:
    return isinstance(stored.value, Blob) and stored.value.kind not in MARKERS


def _plain(stored: StoredValue, user_type: str | None) -> Plain:
    if stored.value is None:
        return _error_text(stored)
    if isinstance(stored.value, Blob):
        return MARKERS.get(stored.value.kind, MARKERS[BlobKind.UNKNOWN])
    value = decode_value(stored)
    if user_type == "boolean" and isinstance(value, int):
        return bool(value)
    if value is None or isinstance(value, (int, float, str)):
        return value
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, bytes):
        return MARKERS[BlobKind.UNKNOWN]
    return f"{value.dtype}: {value.shape}"


def _error_text(stored: StoredValue) -> str | None:
    attributes = stored.attributes
    message = attributes.get("error")
    if message is None:
        return None
    kind = attributes.get("error_cls")
    if kind in MISSING:
        return f"» {message}"
    if not kind or kind == "DependencyError":
        return f"✗ {message}"
    return f"✗ {kind}: {message}" if message else f"✗ {kind}"


def _titles(table: Table) -> list[str]:
    return ["Proposal", "Run", "Timestamp", *(column.title for column in table.columns)]


def _markdown(table: Table) -> str:
    rows: list[Sequence[Plain]] = [_titles(table), *table.rows()]
    lines = ["| " + " | ".join(_markdown_cell(cell) for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines) + "\n"


def _markdown_cell(value: Plain) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return format_number(value)
    if value in MARKERS.values():
        return value
    text = show_controls(value.replace("\r\n", "\n")).replace("\\", "\\\\").replace("|", "\\|")
    return text.replace("<", "\\<").replace("\t", " ").replace("\n", "<br>")


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    rows: list[Sequence[Plain]] = [_titles(table), *table.rows()]
    for row in rows:
        writer.writerow([show_controls(v) if isinstance(v, str) else v for v in row])
    return out.getvalue()


def _json(table: Table) -> str:
    names = [column.name for column in table.columns]
    runs: list[dict[str, object]] = []
    for proposal, run, start, *cells in table.rows():
        values = {n: _json_safe(v) for n, v in zip(names, cells, strict=True) if v is not None}
        runs.append({"proposal": proposal, "run": run, "start_time": start, "values": values})
    columns = [
        {"name": c.name, "title": c.title, "description": c.description, "tags": list(c.tags)}
        for c in table.columns
    ]
    text = json.dumps({"columns": columns, "runs": runs}, ensure_ascii=False, indent=1)
    return show_controls(text, _json_escape) + "\n"


def _json_escape(character: str) -> str:
    return json.dumps(character)[1:-1]


def _json_safe(value: Plain) -> Plain:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
