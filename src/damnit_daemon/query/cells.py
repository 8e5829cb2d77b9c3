"""What cells are worth to a comparison: numbers, texts, or nothing. Pure."""

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
FIXED = (RUN, PROPOSAL, TIME, COMMENT)
"""What every run has, besides its variables."""

LONGEST_TEXT = 2_000
"""Of what is searched or sorted by: a text must not keep anybody waiting."""

_BETWEEN = "\0"
_TRUE, _FALSE = {"true", "yes", "on"}, {"false", "no", "off"}


class Cells:
    """Some runs of a table, looked at column by column; each column is fetched once."""

    def __init__(self, table: Table, keys: Sequence[RunKey]) -> None:
        """Look at these runs."""
        self.table = table
        self.keys = keys
        self._scalars: dict[str, Sequence[Scalar]] = {}
        self._folded: dict[str, tuple[str, list[str]]] = {}

    def scalars(self, column: Column) -> Sequence[Scalar]:
        """A column's cells as numbers and texts, None where there is neither."""
        if column.name not in self._scalars:
            self._scalars[column.name] = self._fetch(column.name)
        return self._scalars[column.name]

    def filled(self, column: Column) -> Sequence[bool]:
        """Of each run, whether there is anything in a column, pictures and arrays too."""
        if column.name in (RUN.name, PROPOSAL.name, TIME.name):
            return [value is not None for value in self.scalars(column)]
        return self.table.filled(column.name, self.keys)

    def folded(self, name: str) -> tuple[str, list[str]]:
        """A variable's texts without capitals: all in one, and one for each run."""
        if name not in self._folded:
            texts = [v if type(v) is str else "" for v in self.table.scalars(name, self.keys)]
            # In one go: a call for each costs more than what it does.
            together = _BETWEEN.join(texts).casefold()
            parts = together.split(_BETWEEN)
            if len(parts) != len(texts):  # a text has that in it
                parts = [text.casefold() for text in texts]
            self._folded[name] = together, parts
        return self._folded[name]

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
    """One cell as a number or a text; None if it is neither."""
    return Cells(table, (key,)).scalars(column)[0]


def text_of(value: int | float | str) -> str:
    """As it is shown."""
    return value if isinstance(value, str) else format_number(value)


def parse_number(text: str) -> float | None:
    """The number that a text is; None if it is none."""
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
    """A text in an order that people expect: `run 9` before `run 10`, capitals or not.

    Texts and numbers take turns, so that any two can be compared.
    """
    parts: list[str | int] = [*re.split(r"(\d{1,15})", text[:LONGEST_TEXT].casefold())]
    parts[1::2] = [int(part) for part in parts[1::2]]
    return tuple(parts)
