"""A table as text: Markdown, CSV, TSV, JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence

from ..model.texts import format_number, show_controls
from ..store import Database
from .formats import NoSuchFormat, TextFormat
from .table import MARKERS, Choice, Plain, Table, format_time, load_table


def export_table(
    database: Database, *, format: TextFormat = "md", choice: Choice | None = None
) -> str:
    """Render the run table.

    Pictures and trendlines are only named; errors are text: `✗ KeyError: …` for
    what failed, `» reason` for what was skipped. CSV and TSV hold text as it is:
    `show_controls` makes it safe to print.

    Args:
        database: Where the runs are.
        format: `md` has titles and numbers as people read them, `csv` and `tsv`
            titles and exact values, `json` names and exact values.
        choice: Which part; None for all.

    Raises:
        DamnitError: If there is no such format or column, the filter is wrong, or
            the database cannot be read.
    """
    if format not in _WRITERS:
        raise NoSuchFormat(format)
    return render_text(load_table(database, choice), format)


def render_text(table: Table, format: TextFormat) -> str:
    """Write a table as text."""
    return _WRITERS[format](table)


def _markdown(table: Table) -> str:
    rows: list[Sequence[Plain]] = [table.titles(), *table.rows()]
    text = _markdown_table(rows)
    if table.notes:
        notes = [[format_time(note.timestamp), note.text] for note in table.notes]
        text += "\n" + _markdown_table([["Time", "Note"], *notes])
    return text


def _markdown_table(rows: Sequence[Sequence[Plain]]) -> str:
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


def _tsv(table: Table) -> str:
    return _csv(table, delimiter="\t")


def _csv(table: Table, delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    rows: list[Sequence[Plain]] = [table.titles(), *table.rows()]
    for row in rows:
        writer.writerow(row)
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
    whole: dict[str, object] = {"columns": columns, "runs": runs}
    if table.notes:
        whole["notes"] = [{"time": format_time(n.timestamp), "text": n.text} for n in table.notes]
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    return show_controls(text, _json_escape) + "\n"


def _json_escape(character: str) -> str:
    return json.dumps(character)[1:-1]


def _json_safe(value: Plain) -> Plain:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


_WRITERS: dict[TextFormat, Callable[[Table], str]] = {
    "md": _markdown,
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
}
