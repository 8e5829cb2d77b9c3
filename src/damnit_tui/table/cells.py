"""What a cell shows of a stored value: its text, kind and style; no colours, no widths.

The rules are those of DAMNIT's window, with marks in place of coloured squares.
"""

from __future__ import annotations

import math
import re
from enum import Enum, auto
from functools import lru_cache
from typing import Any, NamedTuple

from damnit_daemon.model import Blob, BlobKind, Column, RunKey, StoredValue
from damnit_daemon.model.sanitize import format_number
from damnit_daemon.model.value import blob_kind
from damnit_daemon.runner.file_format import BOOLEAN, VALUE_TYPE

from ..format import split_number
from ..sanitize import visible

SKIPPED = "»"
FAILED = "✗"
NO_SOURCE = "?"
NOT_COMPUTED = "·"
COMPUTING = "◐"
IMAGE = "▣"
TREND = "∿"
PROVENANCE = "◥"

RGB = tuple[int, int, int]
VARIES = 1e-9
"""A number whose data varies by more than this within the run is bold."""
BRIGHT = 186
"""From this luminance on, black text is readable on a background."""
LONGEST_TEXT = 2000
"""Characters of a text that are looked at to show it on one line; Enter shows all."""
OWN_PROVENANCE = {None, "", "context.py"}
MANUAL = "manual-input"
_METHOD = re.compile(r"[a-z_][a-z0-9_]{0,15}")
"""A name that numpy may have for a function; a longer one leaves no room for the title."""


class CellAddress(NamedTuple):
    """A cell by what it is of, not by where it is."""

    key: RunKey
    name: str


class CellKind(Enum):
    """What sort of thing a cell shows."""

    EMPTY = auto()
    """Nothing is stored, or it is not loaded yet."""
    NOT_COMPUTED = auto()
    """The run has no row for this variable."""
    COMPUTING = auto()
    """It has none yet, but will in a moment."""
    NUMBER = auto()
    TEXT = auto()
    PICTURE = auto()
    """A blob: drawn once it is fetched, a placeholder until then."""
    SKIPPED = auto()
    NO_SOURCE = auto()
    """The data that the variable needs was not recorded."""
    FAILED = auto()


class TableCell(NamedTuple):
    """One formatted cell, ready to be placed in its column."""

    text: str
    kind: CellKind
    bold: bool = False
    background: RGB | None = None
    units: str = ""
    """Of a number; the header shows them where the whole column agrees."""
    foreign: bool = False
    """It came from elsewhere than the context file."""
    method: str = ""
    """Of a number that stands for an array: the function of numpy that made it."""

    @property
    def number_parts(self) -> tuple[str, str]:
        """Before, and from, the decimal point."""
        return split_number(self.text)


UNWRITTEN = "✎"
"""Before what was typed and is not in the database yet."""
BLANK = TableCell("", CellKind.EMPTY)
ABSENT = TableCell(NOT_COMPUTED, CellKind.NOT_COMPUTED)
IN_WORK = TableCell(COMPUTING, CellKind.COMPUTING)
_PLACEHOLDERS = {
    BlobKind.PNG: IMAGE,
    BlobKind.TRENDLINE: TREND,
    BlobKind.ARRAY: "array",
    BlobKind.COMPLEX: "complex",
    BlobKind.UNKNOWN: "unreadable",
}


def format_cell(value: StoredValue | None, column: Column, *, complete: bool = True) -> TableCell:
    """Decide what a cell shows.

    Args:
        value: The stored row; None if there is none.
        column: The variable.
        complete: Whether all values of the run are loaded, so that a missing
            one is truly missing.
    """
    if value is None:
        return ABSENT if complete and column.type is None else BLANK
    attributes = parse_attributes(value.attributes_json)
    stored = value.value
    if stored is None:
        return _error_cell(attributes) or BLANK
    foreign = _is_foreign(value.provenance, column)
    if (kind := stored_blob_kind(value)) is not None:
        return TableCell(_PLACEHOLDERS[kind], CellKind.PICTURE, foreign=foreign)
    look = TableCell(
        "",
        CellKind.TEXT,
        bold=_is_bold(attributes, value.max_diff),
        background=background(attributes),
        foreign=foreign,
    )
    if truth := boolean_text(value, column):
        return look._replace(text=truth)
    if isinstance(stored, int | float):
        number = "" if math.isnan(stored) else format_number(stored)
        return look._replace(
            text=number,
            kind=CellKind.NUMBER,
            units=units(attributes),
            method=summary_method(value),
        )
    return look._replace(text=visible(str(stored)[:LONGEST_TEXT]))


def boolean_text(value: StoredValue, column: Column) -> str:
    """Write a boolean, which SQLite has as 0 or 1; empty for all else."""
    if not isinstance(value.value, int) or value.value not in (0, 1):
        return ""
    marked = parse_attributes(value.attributes_json).get(VALUE_TYPE)
    is_boolean = BOOLEAN in (column.type, marked)
    return ("no", "yes")[value.value] if is_boolean else ""


def is_problem(value: StoredValue) -> bool:
    """Tell whether a variable failed, which being skipped is not."""
    if value.value is not None or not value.attributes_json:
        return False
    attributes = parse_attributes(value.attributes_json)
    return "error" in attributes and attributes.get("error_cls") != "Skip"


def error_class(attributes_json: str | None) -> str | None:
    """The class of the error that stands in for a value; None if there is none."""
    attributes = parse_attributes(attributes_json)
    return str(attributes.get("error_cls") or "Error") if "error" in attributes else None


@lru_cache(maxsize=4096)
def parse_attributes(text: str | None) -> dict[str, Any]:
    """Parse a row's attributes; the same few texts come again and again."""
    return StoredValue._make((None, "", None, 0.0, None, "", None, "", text)).attributes


def stored_blob_kind(value: StoredValue) -> BlobKind | None:
    """What kind of blob a value is, fetched or not; None for other values."""
    stored = value.value
    if isinstance(stored, Blob):
        return stored.kind
    if isinstance(stored, bytes):
        return blob_kind(stored[:8], value.summary_type)
    return None


def units(attributes: dict[str, Any]) -> str:
    """The units an attribute names, printable; empty without."""
    found = attributes.get("units")
    return visible(found) if isinstance(found, str) else ""


def summary_method(value: StoredValue) -> str:
    """The function of numpy that made a number of an array: `mean`; empty if none did."""
    found = value.summary_method
    return found if isinstance(found, str) and _METHOD.fullmatch(found) else ""


def background(attributes: dict[str, Any]) -> RGB | None:
    """The background colour an attribute names, if it is one."""
    found = attributes.get("background")
    if not isinstance(found, list) or len(found) < 3:
        return None
    red, green, blue = found[:3]
    for part in (red, green, blue):
        if isinstance(part, bool) or not isinstance(part, int | float) or not 0 <= part <= 255:
            return None
    return int(red), int(green), int(blue)


def readable_on(colour: RGB) -> RGB:
    """Black or white, whichever can be read on a background."""
    red, green, blue = colour
    bright = (299 * red + 587 * green + 114 * blue) / 1000 >= BRIGHT
    return (0, 0, 0) if bright else (255, 255, 255)


def _is_bold(attributes: dict[str, Any], max_diff: float | None) -> bool:
    if "bold" in attributes:
        return bool(attributes["bold"])
    return isinstance(max_diff, int | float) and max_diff > VARIES


def _is_foreign(provenance: str | None, column: Column) -> bool:
    """Tell whether to mark a value; what people type where they are meant to is no news."""
    if provenance == MANUAL and (column.type is not None or column.name == "comment"):
        return False
    return provenance not in OWN_PROVENANCE


def _error_cell(attributes: dict[str, Any]) -> TableCell | None:
    if "error" not in attributes:
        return None
    name = visible(str(attributes.get("error_cls") or "Error"))
    if name == "Skip":
        return TableCell(f"{SKIPPED} {visible(_first_line(attributes['error']))}", CellKind.SKIPPED)
    if name == "SourceNameError":
        return TableCell(f"{NO_SOURCE} no source", CellKind.NO_SOURCE)
    if name == "DependencyError":
        return TableCell(f"{FAILED} dependency", CellKind.FAILED)
    return TableCell(f"{FAILED} {name}", CellKind.FAILED)


def _first_line(message: object) -> str:
    return str(message).strip().split("\n", 1)[0]


def unwritten_cell(value: object) -> TableCell:
    """Show what was typed for a cell, as long as it is not in the database."""
    return TableCell(f"{UNWRITTEN} {visible('' if value is None else str(value))}", CellKind.TEXT)
