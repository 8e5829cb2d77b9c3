"""Which cells can be edited, and why others cannot. Pure."""

from __future__ import annotations

from damnit_daemon.model import Blob, Column, StoredValue
from damnit_daemon.store import USER_TYPES

from ..fixed_columns import COMMENT, TIME
from ..sanitize import visible

LONGEST_TYPED = 10_000
"""Characters the one-line input accepts."""


def edit_type(column: Column) -> str:
    """Return the user type a column accepts; empty if it is not editable."""
    if column.name == COMMENT.name:
        return "string"
    return column.type if column.type in USER_TYPES else ""


def why_not_editable(column: Column, value: StoredValue | None) -> str:
    """Return why a cell cannot be edited; empty if it can."""
    title = visible(column.title)
    if column.name == TIME.name:
        return "The start time is read from the run's data and cannot be edited."
    if not edit_type(column):
        if column.expression:
            return f"{title} is derived from other columns. Press = to change how."
        if column.type is None:
            return f"{title} is computed by the context file. Press A to add a user variable."
        return f"{title} has the unsupported type {visible(column.type)}."
    if value is not None and isinstance(value.value, Blob | bytes):
        return f"{title} is an image or array here and cannot be edited."
    text = value.value if value is not None else None
    return too_long(text) if isinstance(text, str) else ""


def too_long(text: str) -> str:
    """Return why a text is too long to edit in one line; empty if it is not."""
    if len(text) <= LONGEST_TYPED:
        return ""
    return f"The text is too long to edit here ({len(text)} characters)."
