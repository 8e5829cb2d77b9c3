"""Differences between runs, largest first. Pure; imports numpy."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from damnit_daemon.model import Column, RunKey, StoredValue
from damnit_daemon.model.sanitize import format_number
from damnit_daemon.query.table import Scalar, Table, error_class

from ..table.cells import CellKind, format_cell, stored_blob_kind
from ..table.layout import split_title
from ..widgets.row_list import ListRow, RowCell

FAILED, MISSING, CHANGED, SAME = 3, 2, 1, 0
"""Severity of a difference: some failed, some have no value, values differ, none."""
GAUSS = 1.4826
"""The median distance from the median, times this, is the standard deviation of a Gaussian."""
MOST = 1e6
ROLES = {CellKind.FAILED: "error", CellKind.SKIPPED: "quiet", CellKind.NO_SOURCE: "missing"}


@dataclass(frozen=True)
class Difference:
    """The difference of one variable.

    Attributes:
        column: The variable.
        grade: `FAILED`, `MISSING`, `CHANGED` or `SAME`.
        score: Among those of the same grade: of numbers, how far apart they are, in units of the
            spread over all runs; of texts, how rare they are.
        text: The difference in words.
        cells: The content for each run, with its role.
    """

    column: Column
    grade: int
    score: float
    text: str
    cells: tuple[RowCell, ...]


def differences(
    keys: Sequence[RunKey],
    columns: Sequence[Column],
    table: Table,
    value: Callable[[RunKey, str], StoredValue | None],
    every: Sequence[RunKey],
) -> tuple[list[Difference], int]:
    """Compare runs.

    Args:
        keys: The runs to compare, two or more.
        columns: All variables.
        table: All values, to know the usual spread.
        value: Returns the stored value of a cell.
        every: All runs.

    Returns:
        All variables, largest differences first; and the number that hold images or arrays in
        several of the runs, which are not compared.
    """
    return ranked(compared(keys, columns, table, value, every))


def compared(
    keys: Sequence[RunKey],
    columns: Sequence[Column],
    table: Table,
    value: Callable[[RunKey, str], StoredValue | None],
    every: Sequence[RunKey],
) -> Iterator[tuple[Difference, bool]]:
    """Like `differences`, but yield the variables one by one, with True for images or arrays.

    With thousands of runs each takes a millisecond or two.
    """
    for column in columns:
        if column.name != "start_time":
            stored = [value(key, column.name) for key in keys]
            yield _compare(column, stored, table, every)


def ranked(found: Iterable[tuple[Difference, bool]]) -> tuple[list[Difference], int]:
    """Sort by largest difference; also count the images and arrays."""
    every = list(found)
    differing = sorted((each for each, _ in every), key=lambda each: (-each.grade, -each.score))
    return differing, sum(is_array for _, is_array in every)


def spread_of(numbers: Sequence[float]) -> float:
    """Robust spread of numbers, so that a few outliers do not hide others.

    The median distance from the median, scaled to a standard deviation; where more than half
    are equal, the standard deviation itself.
    """
    found = np.asarray(numbers, np.float64)
    found = found[np.isfinite(found)]
    if len(found) < 2:
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        robust = GAUSS * float(np.median(np.abs(found - np.median(found))))
        spread = robust if robust > 0 else float(np.std(found))
    return spread if math.isfinite(spread) else 0.0


def heading_of(keys: Sequence[RunKey], *, several: bool) -> tuple[RowCell, ...]:
    """Heading of the columns."""
    runs = (f"p{key.proposal} r{key.run}" if several else f"r{key.run}" for key in keys)
    return (RowCell("Variable"), RowCell("Difference"), *map(RowCell, runs))


def lines_of(found: Sequence[Difference]) -> list[ListRow]:
    """Convert the differences to rows of the list."""
    roles = {FAILED: "error", MISSING: "missing", CHANGED: "news", SAME: "quiet"}
    return [
        ListRow(
            each.column.name,
            (
                RowCell("/".join(split_title(each.column.title))),
                RowCell(each.text, roles[each.grade]),
                *each.cells,
            ),
        )
        for each in found
    ]


def _compare(
    column: Column, stored: Sequence[StoredValue | None], table: Table, every: Sequence[RunKey]
) -> tuple[Difference, bool]:
    cells = tuple(_part(column, one) for one in stored)
    states = [_state(one) for one in stored]

    def made(grade: int, score: float, text: str) -> Difference:
        return Difference(column, grade, score, text, cells)

    failed = states.count("failed")
    if 0 < failed < len(states):
        return made(FAILED, len(states) - failed, _some(failed, states, "failed")), False
    classes = {error_class(one) for one in stored if one is not None}
    if failed:
        same = len(classes) == 1
        return made(SAME if same else FAILED, 0, "same" if same else "errors differ"), False
    there = states.count("there")
    if 0 < there < len(states):
        missing = len(states) - there
        return made(MISSING, there, _some(missing, states, "missing")), False
    if not there:
        same = len(set(states)) == 1
        return made(SAME if same else MISSING, 0, "same" if same else "skipped or missing"), False
    if any(one is not None and stored_blob_kind(one) is not None for one in stored):
        return made(SAME, 0, "not compared"), True
    values = [one.value for one in stored if one is not None]
    numbers = [float(v) for v in values if isinstance(v, int | float)]
    if len(numbers) == len(values):
        return made(*_number_difference(column, numbers, table, every)), False
    if len(set(values)) == 1:
        return made(SAME, 0, "same"), False
    return made(CHANGED, *_text_difference(column, values, table, every)), False  # type: ignore[arg-type]


def _number_difference(
    column: Column, numbers: Sequence[float], table: Table, every: Sequence[RunKey]
) -> tuple[int, float, str]:
    least, most = min(numbers), max(numbers)
    if least == most:
        return SAME, 0.0, "same"
    usual = [v for v in table.scalars(column.name, every) if isinstance(v, int | float)]
    spread, distance = spread_of(usual), most - least
    by = f"by {format_number(distance)}" if math.isfinite(distance) else "very different"
    if column.type == "boolean":
        return CHANGED, 1.0, "changed"
    if spread <= 0 or not math.isfinite(distance):
        return CHANGED, MOST, by
    score = min(MOST, distance / spread)
    return CHANGED, score, f"{by} ({score:.2g} σ)"


def _text_difference(
    column: Column, values: Sequence[Scalar], table: Table, every: Sequence[RunKey]
) -> tuple[float, str]:
    """Rank rarer texts higher: a text that differs in every run is not informative."""
    counts = Counter(v for v in table.scalars(column.name, every) if v is not None)
    total = sum(counts.values()) or 1
    common = total / max(1, len(counts))
    return min(MOST, common), "text differs" if len(set(values)) == 2 else "texts differ"


def _state(stored: StoredValue | None) -> str:
    if stored is None:
        return "none"
    if stored.value is not None:
        return "there"
    name = error_class(stored)
    if name is None:
        return "none"
    return "skipped" if name == "Skip" else "failed"


def _some(count: int, states: Sequence[str], what: str) -> str:
    return f"one {what}" if len(states) == 2 else f"{count} of {len(states)} {what}"


def _part(column: Column, stored: StoredValue | None) -> RowCell:
    cell = format_cell(stored, column)
    text = f"{cell.text} {cell.units}".rstrip()
    return RowCell(text, ROLES.get(cell.kind, "text"))
