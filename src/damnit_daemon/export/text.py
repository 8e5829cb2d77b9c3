"""Write a table as text: Markdown, CSV, TSV, JSON, JSON Lines, HTML."""

from __future__ import annotations

import csv
import html
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from ..model.sanitize import format_number, no_formula, show_controls
from ..model.value import MARKERS
from ..query.cells import LABELS
from ..store import Database
from .formats import NoSuchFormat, TextFormat
from .table import ExportTable, Plain, TableSelection, format_time, load_table


def export_table(
    database: Database, *, format: TextFormat = "md", choice: TableSelection | None = None
) -> str:
    """Render the run table.

    Images and trendlines become markers, errors become text: `✗ KeyError: …` for failed
    variables, `» reason` for skipped ones. CSV and TSV keep text unchanged except for
    spreadsheet formulas: use `show_controls` to make it safe to print.

    Args:
        database: The run database.
        format: `md` has titles and formatted numbers, `csv` and `tsv` titles and exact
            values, `json` names and exact values, `jsonl` those of one run per line, `html`
            is a page for a browser.
        choice: The part of the table; None for all.

    Raises:
        DamnitError: If there is no such format or column, the filter is not valid, or
            the database cannot be read.
    """
    if format not in _WRITERS:
        raise NoSuchFormat(format)
    return render_text(load_table(database, choice), format)


def render_text(table: ExportTable, format: TextFormat, *, formulas: bool = False) -> str:
    """Render a table as text; see `text_parts`."""
    return "".join(text_parts(table, format, formulas=formulas))


def text_parts(
    table: ExportTable, format: TextFormat, *, formulas: bool = False, reloads: bool = False
) -> Iterator[str]:
    """Yield a table as text, some lines at a time.

    Args:
        table: The table to write.
        format: The text format.
        formulas: Keep spreadsheet formulas in CSV and TSV; by default they are prefixed
            with an apostrophe.
        reloads: Let the browser load an HTML page again every 30 seconds.

    Raises:
        Cancelled: If the table's `progress` returns False.
        StoreError: If the database cannot be read.
    """
    if formulas and format in _DELIMITERS:
        return _separated(table, _DELIMITERS[format], formulas=True)
    if reloads and format == "html":
        return _html(table, reloads=True)
    return _WRITERS[format](table)


def _markdown(table: ExportTable) -> Iterator[str]:
    yield from markdown_table(table.titles(), table.rows())
    if table.notes:
        notes = ([format_time(note.timestamp), note.text] for note in table.notes)
        yield "\n"
        yield from markdown_table(["Time", "Note"], notes)


def markdown_table(titles: Sequence[Plain], rows: Iterable[Sequence[Plain]]) -> Iterator[str]:
    """Yield the lines of a Markdown table; no text can end its cell."""
    yield _markdown_line(titles) + "|" + " --- |" * len(titles) + "\n"
    for row in rows:
        yield _markdown_line(row)


def _markdown_line(row: Sequence[Plain]) -> str:
    return "| " + " | ".join(_markdown_cell(cell) for cell in row) + " |\n"


def _markdown_cell(value: Plain) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return format_number(value)
    if value in MARKERS.values():
        return value
    text = show_controls(value.replace("\r\n", "\n")).replace("\\", "\\\\").replace("|", "\\|")
    return text.replace("<", "\\<").replace("\t", " ").replace("\n", "<br>")


_DELIMITERS: dict[TextFormat, str] = {"csv": ",", "tsv": "\t"}


def _tsv(table: ExportTable) -> Iterator[str]:
    return _separated(table, _DELIMITERS["tsv"])


def _csv(table: ExportTable) -> Iterator[str]:
    return _separated(table, _DELIMITERS["csv"])


def _separated(table: ExportTable, delimiter: str, *, formulas: bool = False) -> Iterator[str]:
    # Of line breaks, csv quotes only those in the terminator: a bare \r would begin a row.
    writer = csv.writer(_Line(), delimiter=delimiter, lineterminator="\r\n")
    titles: list[Plain] = [*table.titles()]
    for row in chain([titles], table.rows()):
        # Most cells are numbers, for which even a call costs too much.
        safe = row if formulas else [no_formula(c) if type(c) is str else c for c in row]
        line: str = writer.writerow(safe)
        yield f"{line[:-2]}\n"


class _Line:
    """A file object that returns the written text to the caller."""

    def write(self, text: str) -> str:
        return text


def _json(table: ExportTable) -> Iterator[str]:
    columns = [
        {"name": c.name, "title": c.title, "description": c.description, "tags": list(c.tags)}
        for c in table.columns
    ]
    yield f'{{\n "columns": {_json_text(columns, depth=1)},\n "runs": ['
    before = "\n  "
    for known in _json_rows(table):
        yield before + _json_text(known, depth=2)
        before = ",\n  "
    yield "\n ]" if table.runs else "]"
    if table.notes:
        notes = [{"time": format_time(n.timestamp), "text": n.text} for n in table.notes]
        yield f',\n "notes": {_json_text(notes, depth=1)}'
    yield "\n}\n"


def _json_lines(table: ExportTable) -> Iterator[str]:
    """Yield a run per line, as in `json`; without columns and notes."""
    for known in _json_rows(table):
        yield show_controls(json.dumps(known, ensure_ascii=False), _json_escape) + "\n"


def _json_rows(table: ExportTable) -> Iterator[dict[str, object]]:
    names = [column.name for column in table.columns]
    for proposal, run, start, *cells in table.rows():
        values = {n: _json_safe(v) for n, v in zip(names, cells, strict=True) if v is not None}
        yield {"proposal": proposal, "run": run, "start_time": start, "values": values}


def _json_text(value: object, depth: int) -> str:
    """Format a value as JSON, indented to a depth; its texts contain no raw line breaks."""
    text = json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n" + " " * depth)
    return show_controls(text, _json_escape)


def _json_escape(character: str) -> str:
    return json.dumps(character)[1:-1]


def _json_safe(value: Plain) -> Plain:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


_HTML_HEAD = """\
<!doctype html>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
{refresh}<title>{title}</title>
<style>
body {{ font: 14px system-ui, sans-serif; margin: 1em }}
table {{ border-collapse: collapse; margin-bottom: 1em }}
th {{ position: sticky; top: 0; background: Canvas; text-align: left }}
th, td {{ padding: 2px 10px; border-bottom: 1px solid #8884; white-space: pre-line }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
</style>
<h1>{title}</h1>
"""


_RELOAD = '<meta http-equiv="refresh" content="30">\n'


def _html(table: ExportTable, *, reloads: bool = False) -> Iterator[str]:
    """Yield a page without scripts."""
    proposals = sorted({run.key.proposal for run in table.runs})
    title = (
        f"Runs of {', '.join(f'p{proposal}' for proposal in proposals)}" if proposals else "Runs"
    )
    yield _HTML_HEAD.format(title=html.escape(title), refresh=_RELOAD if reloads else "")
    yield from html_tables(table)
    yield f"<p>Written {format_time(int(time.time()))}</p>\n"


def html_tables(table: ExportTable) -> Iterator[str]:
    """Yield the table of runs, with their labels if there are any, and that of the notes."""
    if LABELS not in table.columns and any(run.label_text for run in table.runs):
        table = replace(table, columns=[LABELS, *table.columns])
    yield from _html_table(table.titles(), table.rows())
    if table.notes:
        notes = ([format_time(note.timestamp), note.text] for note in table.notes)
        yield from _html_table(["Time", "Note"], notes)


def _html_table(titles: Sequence[Plain], rows: Iterable[Sequence[Plain]]) -> Iterator[str]:
    heads = "".join(f"<th>{_html_text(title)}" for title in titles)
    yield f"<table>\n<thead><tr>{heads}</thead>\n<tbody>\n"
    for row in rows:
        yield "<tr>" + "".join(map(_html_cell, row)) + "\n"
    yield "</tbody></table>\n"


def _html_cell(value: Plain) -> str:
    if isinstance(value, bool):
        return "<td>yes" if value else "<td>no"
    if isinstance(value, (int, float)):
        return f'<td class="n">{format_number(value)}'
    return f"<td>{_html_text(value)}"


def _html_text(value: Plain) -> str:
    return "" if value is None else html.escape(show_controls(str(value)))


_WRITERS: dict[TextFormat, Callable[[ExportTable], Iterator[str]]] = {
    "md": _markdown,
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "jsonl": _json_lines,
    "html": _html,
}
