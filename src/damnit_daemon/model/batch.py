"""Many values at once, column by column: a table has up to a million."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from .run import RunKey
from .value import Blob


class Extras(NamedTuple):
    """Metadata of a value; the same few combinations recur."""

    provenance: str | None
    summary_type: str | None
    summary_method: str | None
    attributes_json: str | None


@dataclass(slots=True)
class ColumnPart:
    """Some values of one variable: five lists of the same length."""

    rows: list[int] = field(default_factory=list)
    """Run of each value, as an index into `ValueBatch.keys`."""
    values: list[int | float | str | Blob | None] = field(default_factory=list)
    timestamps: list[float] = field(default_factory=list)
    """Unix seconds UTC; 0 where not read: for a large blob, that would mean reading the blob."""
    max_diffs: list[float | None] = field(default_factory=list)
    extras: list[Extras] = field(default_factory=list)


AheadRow = tuple[str, int, int, int | float | str | bytes | None]
"""Name, proposal, run and value as stored: the first three may have other types in invalid
rows. Blobs are empty; where there is no value, the bytes of its attributes, which may contain
an error. The remaining metadata comes later."""

ANY = "*"
"""In place of a variable name: all variables."""


class ValueBatch(NamedTuple):
    """Values of some runs; not necessarily all of them."""

    keys: list[RunKey]
    columns: dict[str, ColumnPart]

    def __len__(self) -> int:
        """Return the number of values."""
        return sum(len(part.rows) for part in self.columns.values())
