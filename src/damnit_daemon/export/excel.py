"""Write a table as an Excel workbook without formulas."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any

from ..model.sanitize import escaped
from .table import ExportTable, Plain, as_datetime

LONGEST_TEXT = 32_767
"""Excel's limit of characters in a cell."""
LARGEST_INTEGER = 2**53
"""Excel's numbers are floats: larger integers would be rounded, and become text."""
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot contain; they are written as escapes."""
MEANINGFUL = ("=", "#")
"""Text with this prefix would be read as a formula or an Excel error."""


def write_excel(table: ExportTable, file: IO[bytes]) -> None:
    """Write a workbook with a sheet of runs, and one of notes if there are any."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = _Sheet(book, "Runs", table.titles())
    for run, values in table.lines():
        start = None if run.start_time is None else as_datetime(run.start_time)
        sheet.add((*run.key, start, *values))
    if table.notes:
        notes = _Sheet(book, "Notes", ["Time", "Note"])
        for note in table.notes:
            notes.add((as_datetime(note.timestamp), note.text))
    book.save(file)


class _Sheet:
    """A sheet written row by row, with the title row frozen."""

    def __init__(self, book: Any, name: str, titles: list[str]) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font

        self._make_cell = WriteOnlyCell
        self._sheet = book.create_sheet(name)
        self._sheet.freeze_panes = "A2"
        heads = [self._text_cell(_fitting(title)) for title in titles]
        for head in heads:
            head.font = Font(bold=True)
        self._sheet.append(heads)

    def add(self, values: Iterable[Plain | datetime]) -> None:
        self._sheet.append([self._cell(value) for value in values])

    def _cell(self, value: Plain | datetime) -> Any:
        if isinstance(value, datetime):
            cell = self._make_cell(self._sheet, value.replace(tzinfo=None))  # UTC: Excel has no tz
            cell.number_format = "yyyy-mm-dd hh:mm:ss"
            return cell
        if isinstance(value, int | float) and not _is_exact(value):
            return str(value)
        if not isinstance(value, str):
            return value
        text = _fitting(value)
        return self._text_cell(text) if text.startswith(MEANINGFUL) else text

    def _text_cell(self, text: str) -> Any:
        cell = self._make_cell(self._sheet, text)
        cell.data_type = "s"
        return cell


def _is_exact(value: float) -> bool:
    return math.isfinite(value) and (isinstance(value, float) or abs(value) <= LARGEST_INTEGER)


def _fitting(text: str) -> str:
    text = NOT_XML.sub(lambda match: escaped(match[0]), text.replace("\r\n", "\n"))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
