"""Metadata of variables, apart from their values."""

from __future__ import annotations

from collections.abc import Callable
from enum import Flag, auto
from typing import NamedTuple


class Content(Flag):
    """The kinds of values stored for a variable; none if there are no values, or unknown."""

    NUMBERS = auto()
    """Integers, reals and booleans."""
    TEXTS = auto()
    BLOBS = auto()
    """Images, curves, arrays and complex numbers."""


UNKNOWN_CONTENT = Content(0)


class VariableInfo(NamedTuple):
    """Row of `variables` with its tags: a computed or user-editable variable."""

    name: str
    title: str
    description: str | None = None
    type: str | None = None
    """None for computed ones, else `boolean`, `integer`, `number` or `string`."""
    tags: tuple[str, ...] = ()


class Column(NamedTuple):
    """Variable as a table column, with or without a row in `variables`."""

    name: str
    title: str
    description: str = ""
    type: str | None = None
    tags: tuple[str, ...] = ()
    expression: str = ""
    """How a derived column is computed from others; empty for variables."""


ContentOf = Callable[[Column], Content]
"""Returns what a column contains, if that is known."""
