"""Metadata of variables, apart from their values."""

from __future__ import annotations

from typing import NamedTuple


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
