"""Cell values for comparison: numbers, texts, or None. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from ..model import Column, RunKey
from ..model.sanitize import format_number
from .table import Scalar, Table

RUN = Column("run", "Run")
PROPOSAL = Column("proposal", "Proposal")
TIME = Column("start_time", "Time")
COMMENT = Column("comment", "Comment", type="string")
LABELS = Column("labels", "Labels", "Labels of the run, such as good or bad.", type="string")
"""A variable of this name takes precedence, so compare the column, not its name."""
FIXED = (RUN, PROPOSAL, TIME, COMMENT)
"""Columns that every run has, besides its variables."""

LONGEST_TEXT = 2_000
"""Characters of a text used for searching and sorting: long texts must not cause delays."""

_BETWEEN = "\0"
_TRUE, _FALSE = {"true", "yes", "on"}, {"false", "no", "off"}


def is_of_run(column: Column) -> bool:
    """Return True if a column holds facts of the run itself, not values of a variable."""
    return column.name in (RUN.name, PROPOSAL.name, TIME.name) or column == LABELS


class Cells:
    """Column-wise access to some runs of a table; each column is fetched once."""

    def __init__(self, table: Table, keys: Sequence[RunKey]) -> None:
        """Create the view of these runs."""
        self.table = table
        self.keys = keys
        self._scalars: dict[str, Sequence[Scalar]] = {}
        self._folded: dict[str, tuple[str, list[str]]] = {}

    def scalars(self, column: Column) -> Sequence[Scalar]:
        """Return a column's cells as numbers and texts, None for anything else."""
        if column.name not in self._scalars:
            fetched = self._labels() if column == LABELS else self._fetch(column.name)
            self._scalars[column.name] = fetched
        return self._scalars[column.name]

    def filled(self, column: Column) -> Sequence[bool]:
        """Return for each run whether its cell has a value, images and arrays included."""
        if is_of_run(column):
            return [value is not None for value in self.scalars(column)]
        return self.table.filled(column.name, self.keys)

    def folded(self, name: str) -> tuple[str, list[str]]:
        """Return a variable's texts casefolded: joined into one, and one for each run."""
        if name not in self._folded:
            texts = [v if type(v) is str else "" for v in self.table.scalars(name, self.keys)]
            # All at once: a call for each text costs more than the casefolding itself.
            together = _BETWEEN.join(texts).casefold()
            parts = together.split(_BETWEEN)
            if len(parts) != len(texts):  # a text contains the separator
                parts = [text.casefold() for text in texts]
            self._folded[name] = together, parts
        return self._folded[name]

    def labels(self) -> Sequence[tuple[str, ...]]:
        """Return the labels of each run."""
        run = self.table.run
        return [run(key).labels for key in self.keys]

    def _labels(self) -> Sequence[Scalar]:
        run = self.table.run
        return [run(key).label_text for key in self.keys]

    def _fetch(self, name: str) -> Sequence[Scalar]:
        if name == RUN.name:
            return [key.run for key in self.keys]
        if name == PROPOSAL.name:
            return [key.proposal for key in self.keys]
        if name == TIME.name:
            run = self.table.run
            return [run(key).start_time for key in self.keys]
        return self.table.scalars(name, self.keys)


def scalar(table: Table, key: RunKey, column: Column) -> Scalar:
    """Return one cell as a number or a text, None for anything else."""
    return Cells(table, (key,)).scalars(column)[0]


def text_of(value: int | float | str) -> str:
    """Return the value as displayed."""
    return value if isinstance(value, str) else format_number(value)


def parse_number(text: str) -> float | None:
    """Parse a number or a truth value; None if the text is neither."""
    word = text.casefold()
    if word in _TRUE or word in _FALSE:
        return float(word in _TRUE)
    try:
        number = float(text.replace("_", "x"))
    except ValueError:
        return None
    return None if math.isnan(number) else number


@lru_cache(maxsize=20_000)
def natural(text: str) -> tuple[str | int, ...]:
    """Return a natural sort key: `run 9` before `run 10`, case-insensitive.

    Texts and numbers alternate in the key, so that any two keys can be compared.
    """
    parts: list[str | int] = [*re.split(r"(\d{1,15})", text[:LONGEST_TEXT].casefold())]
    parts[1::2] = [int(part) for part in parts[1::2]]
    return tuple(parts)
