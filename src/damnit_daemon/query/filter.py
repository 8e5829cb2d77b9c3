"""The parsed filter: selects the runs to show. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..model import UNKNOWN_CONTENT, Column, ContentOf, RunKey
from .cells import Cells
from .parser import Conjunct, Parser
from .predicates import All, Condition
from .table import Table
from .times import Moment


@dataclass(frozen=True)
class Filter:
    """A parsed filter."""

    text: str
    condition: Condition
    parts: tuple[Conjunct, ...] = ()

    uses_marks: bool = False
    """True if it depends on which runs are marked."""

    def mask(self, table: Table, keys: Sequence[RunKey]) -> Sequence[bool]:
        """Return for each run whether it passes the filter."""
        return self.condition.mask(Cells(table, keys))

    def select(self, table: Table, keys: Iterable[RunKey]) -> list[RunKey]:
        """Return the runs that pass the filter, in the same order."""
        all_keys = list(keys)
        return [key for key, held in zip(all_keys, self.mask(table, all_keys), strict=True) if held]

    def with_column(self, column: Column, text: str) -> str:
        """Return this filter's text with the condition on one column replaced.

        Args:
            column: Conditions on this column alone are dropped.
            text: The new condition; empty for none.
        """
        kept = [part.text for part in self.parts if part.columns != {column.name}]
        return " ".join([*kept, text] if text else kept)

    def __bool__(self) -> bool:
        """Return True if the filter can exclude runs."""
        return self.condition != All(())


def parse_filter(
    text: str,
    columns: Sequence[Column],
    moment: Moment | None = None,
    content: ContentOf = lambda _column: UNKNOWN_CONTENT,
) -> Filter:
    """Parse a filter.

    Args:
        text: As typed; empty matches all runs.
        columns: All variables.
        moment: Reference for relative times; None for now, in the local time zone.
        content: Returns what a column contains; a comparison that would be false for each of its
            values is refused.

    Raises:
        FilterError: If it is not valid; says where, and what would be valid.
    """
    parser = Parser(text, columns, moment or Moment(time.time()), content)
    return Filter(text, parser.parse(), parser.parts(), parser.uses_marks)
