"""Load the cells of a table with its derived columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..model import Column, RunRow
from ..paths import DamnitFolder
from ..query import SummaryTable
from ..store import load_summaries
from .definition import Definition, merged
from .storage import load_shared

if TYPE_CHECKING:
    import sqlite3

    from ..store.summaries import SummaryColumns
    from .columns import DerivedColumns


def load_derived(
    folder: Path, stored: Sequence[Column], derive: Iterable[str | Definition] = ()
) -> DerivedColumns | None:
    """Return the derived columns of a folder, and further ones; None if there are none.

    Args:
        folder: The DAMNIT folder.
        stored: All variables.
        derive: Further definitions, which take precedence; only those as typed must be valid here.

    Raises:
        FilterError: If one that was typed is not.
    """
    definitions = load_shared(DamnitFolder(folder))
    further = tuple(derive)
    if not definitions and not further:
        return None
    from .columns import DerivedColumns, check_definition  # imports the evaluator

    for each in further:
        own = check_definition(each, stored, definitions) if isinstance(each, str) else each
        definitions = merged(definitions, [own])
    return DerivedColumns(definitions, stored)


def load_cells(
    con: sqlite3.Connection,
    runs: Sequence[RunRow],
    derived: DerivedColumns | None,
    *,
    names: Collection[str] | None = None,
    are_all: bool = False,
) -> SummaryColumns:
    """Load the cells of some runs, column by column; see `load_summaries`.

    Args:
        con: A connection from `Database.reading`.
        runs: The runs, in the order of the cells.
        derived: The derived columns.
        names: Limit to these columns; None for all.
        are_all: These are all runs of the table.
    """
    keys = [run.key for run in runs]
    stored = names if names is None or derived is None else derived.required(names)
    cells = load_summaries(con, keys, names=stored, are_all=are_all)
    if derived is not None:
        cells.update(derived.cells(SummaryTable(runs, (), cells), keys, names))
    return cells
