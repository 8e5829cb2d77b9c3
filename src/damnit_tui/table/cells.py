"""Format a stored value as a cell: its text, kind and style; no colours, no widths.

Follows the rules of DAMNIT's window, with marks in place of coloured squares.
"""

from __future__ import annotations

import math
import re
from enum import Enum, auto
from functools import lru_cache
from typing import Any, NamedTuple

from damnit_daemon.model import Blob, BlobKind, Column, RunKey, StoredValue
from damnit_daemon.model.advance import Advance
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
"""Numbers whose data varies by more than this within the run are bold."""
BRIGHT = 186
"""Luminance from which black text is readable on a background."""
LONGEST_TEXT = 2000
"""Characters of a text considered for its one-line form; Enter shows all."""
OWN_PROVENANCE = {None, "", "context.py"}
MANUAL = "manual-input"
_METHOD = re.compile(r"[a-z_][a-z0-9_]{0,15}")
"""Name of a numpy function; a longer one would leave no room for the title."""


class CellAddress(NamedTuple):
    """The address of a cell: its run and variable, independent of its position."""

    key: RunKey
    name: str


class CellKind(Enum):
    """The kind of content a cell shows."""

    EMPTY = auto()
    """Nothing is stored, or it is not loaded yet."""
    NOT_COMPUTED = auto()
    """The run has no row for this variable."""
    COMPUTING = auto()
    """No row yet, but the value is being computed."""
    NUMBER = auto()
    TEXT = auto()
    PICTURE = auto()
    """A blob: its preview once it is loaded, a placeholder until then."""
    SKIPPED = auto()
    NO_SOURCE = auto()
    """The source data of the variable was not recorded."""
    FAILED = auto()


class TableCell(NamedTuple):
    """A formatted cell, ready to be fitted into its column."""

    text: str
    kind: CellKind
    bold: bool = False
    background: RGB | None = None
    units: str = ""
    """Units of a number; the header shows them if the whole column agrees."""
    foreign: bool = False
    """True if the value does not come from the context file."""
    method: str = ""
    """The numpy function that reduced an array to this number."""

    @property
    def number_parts(self) -> tuple[str, str]:
        """The text before the decimal point, and from it on."""
        return split_number(self.text)


UNWRITTEN = "✎"
"""Precedes a typed value that is not in the database yet."""
BLANK = TableCell("", CellKind.EMPTY)
ABSENT = TableCell(NOT_COMPUTED, CellKind.NOT_COMPUTED)
_PLACEHOLDERS = {
    BlobKind.PNG: IMAGE,
    BlobKind.TRENDLINE: TREND,
    BlobKind.ARRAY: "array",
    BlobKind.COMPLEX: "complex",
    BlobKind.UNKNOWN: "unreadable",
}


def format_cell(value: StoredValue | None, column: Column, *, complete: bool = True) -> TableCell:
    """Format a stored value as a cell.

    Args:
        value: The stored row; None if there is none.
        column: The variable.
        complete: Whether all values of the run are loaded, so that a missing
            one is truly missing.
    """
    if value is None:
        is_computed = column.type is None and not column.expression
        return ABSENT if complete and is_computed else BLANK
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
    """Format a boolean, stored by SQLite as 0 or 1; empty for any other value."""
    if not isinstance(value.value, int) or value.value not in (0, 1):
        return ""
    marked = parse_attributes(value.attributes_json).get(VALUE_TYPE)
    is_boolean = BOOLEAN in (column.type, marked)
    return ("no", "yes")[value.value] if is_boolean else ""


def is_problem(value: StoredValue) -> bool:
    """Return True if a variable failed; being skipped is not a failure."""
    if value.value is not None or not value.attributes_json:
        return False
    attributes = parse_attributes(value.attributes_json)
    return "error" in attributes and attributes.get("error_cls") != "Skip"


def error_class(attributes_json: str | None) -> str | None:
    """Return the class of the error stored in place of a value; None if there is none."""
    attributes = parse_attributes(attributes_json)
    return str(attributes.get("error_cls") or "Error") if "error" in attributes else None


@lru_cache(maxsize=4096)
def parse_attributes(text: str | None) -> dict[str, Any]:
    """Parse a row's attributes; cached, as the same few texts recur."""
    return StoredValue._make((None, "", None, 0.0, None, "", None, "", text)).attributes


def stored_blob_kind(value: StoredValue) -> BlobKind | None:
    """Return the kind of blob a value is, loaded or not; None for other values."""
    stored = value.value
    if isinstance(stored, Blob):
        return stored.kind
    if isinstance(stored, bytes):
        return blob_kind(stored[:8], value.summary_type)
    return None


def units(attributes: dict[str, Any]) -> str:
    """Return the units from the attributes, made printable; empty if there are none."""
    found = attributes.get("units")
    return visible(found) if isinstance(found, str) else ""


def summary_method(value: StoredValue) -> str:
    """Return the numpy function that reduced an array to this number: `mean`; empty if none did."""
    found = value.summary_method
    return found if isinstance(found, str) and _METHOD.fullmatch(found) else ""


def background(attributes: dict[str, Any]) -> RGB | None:
    """Return the background colour from the attributes, if it is valid."""
    found = attributes.get("background")
    if not isinstance(found, list) or len(found) < 3:
        return None
    red, green, blue = found[:3]
    for part in (red, green, blue):
        if isinstance(part, bool) or not isinstance(part, int | float) or not 0 <= part <= 255:
            return None
    return int(red), int(green), int(blue)


def readable_on(colour: RGB) -> RGB:
    """Return black or white, whichever is readable on a background."""
    red, green, blue = colour
    bright = (299 * red + 587 * green + 114 * blue) / 1000 >= BRIGHT
    return (0, 0, 0) if bright else (255, 255, 255)


def _is_bold(attributes: dict[str, Any], max_diff: float | None) -> bool:
    if "bold" in attributes:
        return bool(attributes["bold"])
    return isinstance(max_diff, int | float) and max_diff > VARIES


def _is_foreign(provenance: str | None, column: Column) -> bool:
    """Return True if a value is to be marked; manual values in editable columns are not."""
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


def computing_cell(advance: Advance | None) -> TableCell:
    """Format a value that is being computed; with the share done, if its function reports it."""
    if advance is None or advance.total is None:
        return TableCell(COMPUTING, CellKind.COMPUTING)
    return TableCell(f"{COMPUTING} {100 * advance.done / advance.total:.0f} %", CellKind.COMPUTING)


def unwritten_cell(value: object) -> TableCell:
    """Format a typed value that is not in the database yet."""
    return TableCell(f"{UNWRITTEN} {visible('' if value is None else str(value))}", CellKind.TEXT)
