"""A filter that was understood: which runs it shows. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..model import Column, RunKey
from .cells import Cells
from .parser import Conjunct, Parser
from .predicates import All, Condition
from .table import Table
from .times import Moment


@dataclass(frozen=True)
class Filter:
    """A filter that was understood."""

    text: str
    condition: Condition
    parts: tuple[Conjunct, ...] = ()

    uses_marks: bool = False
    """Whether it asks which runs are marked."""

    def mask(self, table: Table, keys: Sequence[RunKey]) -> Sequence[bool]:
        """Of each of some runs, whether it is to be shown."""
        return self.condition.mask(Cells(table, keys))

    def select(self, table: Table, keys: Iterable[RunKey]) -> list[RunKey]:
        """Those of some runs that are to be shown, in the same order."""
        asked = list(keys)
        return [key for key, held in zip(asked, self.mask(table, asked), strict=True) if held]

    def with_column(self, column: Column, text: str) -> str:
        """The text of the same filter with another condition on one column.

        Args:
            column: What is asked of it alone until now is forgotten.
            text: The condition; empty for none.
        """
        kept = [part.text for part in self.parts if part.columns != {column.name}]
        return " ".join([*kept, text] if text else kept)

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return self.condition != All(())


def parse_filter(text: str, columns: Sequence[Column], moment: Moment | None = None) -> Filter:
    """Understand a filter.

    Args:
        text: As typed; empty matches all.
        columns: The variables there are.
        moment: What times refer to; None for now, here.

    Raises:
        FilterError: If it is wrong; says where, and what would be right.
    """
    parser = Parser(text, columns, moment or Moment(time.time()))
    return Filter(text, parser.parse(), parser.parts(), parser.uses_marks)
