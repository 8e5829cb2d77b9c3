"""The conditions that a filter consists of. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..model import Column, RunKey
from ..model.batch import ANY
from ..model.labels import has_label
from .cells import LABELS, LONGEST_TEXT, RUN, Cells, natural, text_of
from .table import Scalar, Table

Mask = Sequence[bool]
"""For each run, True if the condition holds."""

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SKIP = "Skip"


class Condition(Protocol):
    """A condition on a run."""

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        ...


@dataclass(frozen=True)
class All:
    """All parts hold; without parts, true for every run."""

    parts: tuple[Condition, ...]

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        masks = [part.mask(cells) for part in self.parts]
        return [all(held) for held in zip(*masks, strict=True)] if masks else [True] * _len(cells)


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        masks = [part.mask(cells) for part in self.parts]
        return [any(held) for held in zip(*masks, strict=True)] if masks else [False] * _len(cells)


@dataclass(frozen=True)
class Not:
    """The negated condition."""

    part: Condition

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        return [not held for held in self.part.mask(cells)]


class OfColumn:
    """A condition on the cells of one column."""

    column: Column

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        raise NotImplementedError

    def holds(self, table: Table, key: RunKey) -> bool:
        """Evaluate it for one cell; `mask` is faster for many."""
        return self.mask(Cells(table, (key,)))[0]


@dataclass(frozen=True)
class Compares(OfColumn):
    """A cell compared with a value. Always false for an empty cell, even with `!=`."""

    column: Column
    operator: str
    text: str
    number: float | None
    """The value as a number, None if it is not one."""

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        found = cells.scalars(self.column)
        if self.operator in ("=", "!="):
            among = Among(self.column, (self.text,), () if self.number is None else (self.number,))
            is_equal = self.operator == "="
            return [value not in (None, "") and among.has(value) is is_equal for value in found]
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
    """A cell equals one of several values."""

    column: Column
    texts: tuple[str, ...]
    numbers: tuple[float, ...]
    _words: frozenset[str] = field(init=False, repr=False)
    _shown: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Precompute the comparison sets."""
        object.__setattr__(self, "_words", frozenset(text.casefold() for text in self.texts))
        # The displayed form counts, too: 0.30000000000000004 is displayed as 0.3.
        # And so does 1.00001, which is displayed as 1.0000.
        shown = frozenset(form for n in self.numbers for form in (text_of(n), f"{n:.4f}"))
        object.__setattr__(self, "_shown", shown)

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        return [self.has(value) for value in cells.scalars(self.column)]

    def has(self, value: Scalar) -> bool:
        """Return True if a cell's value is one of them."""
        if isinstance(value, str):
            return value.casefold() in self._words and value != ""
        return value is not None and (value in self.numbers or text_of(value) in self._shown)


@dataclass(frozen=True)
class Within(OfColumn):
    """A number within a half-open interval: `start` included, `end` excluded."""

    column: Column
    start: float
    end: float

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        start, end = self.start, self.end
        return [
            not isinstance(value, str) and value is not None and start <= value < end
            for value in cells.scalars(self.column)
        ]


@dataclass(frozen=True)
class Matches(OfColumn):
    """A cell's displayed text matches a pattern."""

    column: Column
    pattern: re.Pattern[str]

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        search = self.pattern.search
        return [
            value is not None and search(text_of(value)[:LONGEST_TEXT]) is not None
            for value in cells.scalars(self.column)
        ]


@dataclass(frozen=True)
class RunAmong:
    """The run's number is one of these."""

    numbers: frozenset[int]

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        return [key.run in self.numbers for key in cells.keys]


@dataclass(frozen=True)
class Has:
    """At least one of these cells has a value."""

    columns: tuple[Column, ...]

    def mask(self, cells: Cells) -> Mask:
        """Evaluate some runs at once; checks each run only until it has a value."""
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
    """A word occurs in any text or label of the run, or equals its number."""

    word: str

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        word = self.word.casefold()
        held = [any(word in label for label in labels) for labels in cells.labels()]
        if word.isdecimal():
            held = [h or word == str(key.run) for h, key in zip(held, cells.keys, strict=True)]
        for name in cells.table.text_names:
            together, parts = cells.folded(name)
            if word in together:  # absent from most columns
                held = [is_held or word in part for is_held, part in zip(held, parts, strict=True)]
        return held


@dataclass(frozen=True)
class HasLabel:
    """The run has a label; `none`: it has none."""

    label: str

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        return [has_label(labels, self.label) for labels in cells.labels()]


@dataclass(frozen=True)
class HasError:
    """A variable failed, or was skipped."""

    is_skip: bool

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        errors, is_skip = cells.table.errors, self.is_skip
        return [any((name == SKIP) is is_skip for name in errors(key)) for key in cells.keys]


@dataclass(frozen=True)
class IsMarked:
    """The user has marked the run."""

    def mask(self, cells: Cells) -> Mask:
        """Evaluate the condition for some runs at once."""
        marked = cells.table.marked
        return [key in marked for key in cells.keys]


def columns_of(condition: Condition) -> set[str]:
    """Return the names of the columns a condition reads; `ANY` for words and errors anywhere."""
    if isinstance(condition, All | Some):
        return set().union(*(columns_of(part) for part in condition.parts))
    if isinstance(condition, Not):
        return columns_of(condition.part)
    if isinstance(condition, RunAmong):
        return {RUN.name}
    if isinstance(condition, Has):
        return {column.name for column in condition.columns}
    if isinstance(condition, HasLabel):
        return {LABELS.name}
    if isinstance(condition, IsMarked):
        return set()
    return {condition.column.name} if isinstance(condition, OfColumn) else {ANY}


def is_empty(columns: Sequence[Column]) -> Condition:
    """Return a condition for runs without any computed value."""
    return Not(Has(tuple(columns)))


def _len(cells: Cells) -> int:
    return len(cells.keys)
