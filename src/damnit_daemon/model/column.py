"""What is known of a variable, apart from its values."""

from __future__ import annotations

from typing import NamedTuple


class VariableInfo(NamedTuple):
    """A row of `variables` with its tags: a computed or user-editable variable."""

    name: str
    title: str
    description: str | None = None
    type: str | None = None
    """None for computed ones, else `boolean`, `integer`, `number` or `string`."""
    tags: tuple[str, ...] = ()


class Column(NamedTuple):
    """A variable as the table shows it; also one that has values but no `variables` row."""

    name: str
    title: str
    description: str = ""
    type: str | None = None
    tags: tuple[str, ...] = ()
