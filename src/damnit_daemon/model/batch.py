"""Many values at once, column by column: a table has up to a million."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from .run import RunKey
from .value import Blob


class Extras(NamedTuple):
    """What comes with a value; the same few combinations come again and again."""

    provenance: str | None
    summary_type: str | None
    summary_method: str | None
    attributes_json: str | None


@dataclass(slots=True)
class ColumnPart:
    """Some values of one variable: five lists of the same length."""

    rows: list[int] = field(default_factory=list)
    """Of which run: its place in `Batch.keys`."""
    values: list[int | float | str | Blob | None] = field(default_factory=list)
    timestamps: list[float] = field(default_factory=list)
    """Unix seconds UTC; 0 where it was not read, which of a large blob would cost reading it."""
    max_diffs: list[float | None] = field(default_factory=list)
    extras: list[Extras] = field(default_factory=list)


AheadRow = tuple[str, int, int, int | float | str | bytes | None]
"""Name, proposal, run and value as they are in the database: the first three may be of other types
in rows that are no values. Of a blob, no bytes; where there is no value, the bytes of its
attributes, which may tell of an error. All else that belongs to it comes later."""

ANY = "*"
"""In place of a variable's name: all of them."""


class Batch(NamedTuple):
    """Values of some runs; not necessarily all of them."""

    keys: list[RunKey]
    columns: dict[str, ColumnPart]

    def __len__(self) -> int:
        """How many values there are."""
        return sum(len(part.rows) for part in self.columns.values())
