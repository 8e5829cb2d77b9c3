"""What a filter asks of runs, in parts. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..model import Column, RunKey
from ..model.batch import ANY
from .cells import LONGEST_TEXT, RUN, Cells, natural, text_of
from .table import Scalar, Table

Mask = Sequence[bool]
"""Of each run, whether something holds."""

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SKIP = "Skip"


class Condition(Protocol):
    """Holds of a run, or does not."""

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        ...


@dataclass(frozen=True)
class All:
    """Each of them holds; without any, of all runs."""

    parts: tuple[Condition, ...]

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        masks = [part.mask(cells) for part in self.parts]
        return [all(held) for held in zip(*masks, strict=True)] if masks else [True] * _len(cells)


@dataclass(frozen=True)
class Some:
    """One of them holds, or several."""

    parts: tuple[Condition, ...]

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        masks = [part.mask(cells) for part in self.parts]
        return [any(held) for held in zip(*masks, strict=True)] if masks else [False] * _len(cells)


@dataclass(frozen=True)
class Not:
    """It does not hold."""

    part: Condition

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        return [not held for held in self.part.mask(cells)]


class OfColumn:
    """A condition on the cells of one column."""

    column: Column

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        raise NotImplementedError

    def holds(self, table: Table, key: RunKey) -> bool:
        """Look at one cell; many at once are quicker."""
        return self.mask(Cells(table, (key,)))[0]


@dataclass(frozen=True)
class Compares(OfColumn):
    """A cell compared with a value. Of an empty cell nothing holds, not even `!=`."""

    column: Column
    operator: str
    text: str
    number: float | None
    """The value as a number, if it is one."""

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        found = cells.scalars(self.column)
        if self.operator in ("=", "!="):
            among = Among(self.column, (self.text,), () if self.number is None else (self.number,))
            wanted = self.operator == "="
            return [value not in (None, "") and among.has(value) is wanted for value in found]
        order, number = _ORDER[self.operator], self.number
        if number is not None:
            return [
                value is not None and not isinstance(value, str) and order(value, number)
                for value in found
            ]
        text = natural(self.text)
        return [isinstance(v, str) and v != "" and order(natural(v), text) for v in found]


@dataclass(frozen=True)
class Among(OfColumn):
    """A cell is one of several values."""

    column: Column
    texts: tuple[str, ...]
    numbers: tuple[float, ...]
    _words: frozenset[str] = field(init=False, repr=False)
    _shown: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare what cells are compared with."""
        object.__setattr__(self, "_words", frozenset(text.casefold() for text in self.texts))
        # As it is shown, too: 0.3 is shown for what is 0.30000000000000004.
        object.__setattr__(self, "_shown", frozenset(text_of(n) for n in self.numbers))

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        return [self.has(value) for value in cells.scalars(self.column)]

    def has(self, value: Scalar) -> bool:
        """Whether a cell's value is one of them."""
        if isinstance(value, str):
            return value.casefold() in self._words and value != ""
        return value is not None and (value in self.numbers or text_of(value) in self._shown)


@dataclass(frozen=True)
class Within(OfColumn):
    """A number from here to there, which is not in it any more."""

    column: Column
    start: float
    end: float

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        start, end = self.start, self.end
        return [
            not isinstance(value, str) and value is not None and start <= value < end
            for value in cells.scalars(self.column)
        ]


@dataclass(frozen=True)
class Matches(OfColumn):
    """A cell's text, as it is shown, has something in it."""

    column: Column
    pattern: re.Pattern[str]

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        search = self.pattern.search
        return [
            value is not None and search(text_of(value)[:LONGEST_TEXT]) is not None
            for value in cells.scalars(self.column)
        ]


@dataclass(frozen=True)
class RunAmong:
    """Its number is one of these."""

    numbers: frozenset[int]

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        return [key.run in self.numbers for key in cells.keys]


@dataclass(frozen=True)
class Has:
    """One of these cells has something in it."""

    columns: tuple[Column, ...]

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once; of each only until something is found."""
        held = [False] * _len(cells)
        left = list(range(len(held)))
        for column in self.columns:
            all_left = len(left) == len(held)
            rest = cells if all_left else Cells(cells.table, [cells.keys[at] for at in left])
            filled = rest.filled(column)
            if True in filled:
                for place, is_filled in zip(left, filled, strict=True):
                    held[place] = is_filled
                left = [place for place in left if not held[place]]
            if not left:
                break
        return held


@dataclass(frozen=True)
class Says:
    """A word stands in some text of the run, or it is its number."""

    word: str

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        word = self.word.casefold()
        held = [False] * _len(cells)
        if word.isdecimal():
            held = [word == str(key.run) for key in cells.keys]
        for name in cells.table.text_names:
            together, parts = cells.folded(name)
            if word in together:  # most columns have it nowhere
                held = [is_held or word in part for is_held, part in zip(held, parts, strict=True)]
        return held


@dataclass(frozen=True)
class HasError:
    """A variable failed, or was skipped."""

    is_skip: bool

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        errors, is_skip = cells.table.errors, self.is_skip
        return [any((name == SKIP) is is_skip for name in errors(key)) for key in cells.keys]


@dataclass(frozen=True)
class IsMarked:
    """Somebody has marked the run."""

    def mask(self, cells: Cells) -> Mask:
        """Look at some runs at once."""
        marked = cells.table.marked
        return [key in marked for key in cells.keys]


def columns_of(condition: Condition) -> set[str]:
    """The names of the columns that a condition looks at; `ANY` for words and errors anywhere."""
    if isinstance(condition, All | Some):
        return set().union(*(columns_of(part) for part in condition.parts))
    if isinstance(condition, Not):
        return columns_of(condition.part)
    if isinstance(condition, RunAmong):
        return {RUN.name}
    if isinstance(condition, Has):
        return {column.name for column in condition.columns}
    if isinstance(condition, IsMarked):
        return set()
    return {condition.column.name} if isinstance(condition, OfColumn) else {ANY}


def is_empty(columns: Sequence[Column]) -> Condition:
    """Nothing was computed."""
    return Not(Has(tuple(columns)))


def _len(cells: Cells) -> int:
    return len(cells.keys)
