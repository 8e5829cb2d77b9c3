"""The run table as a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..derived import load_cells, load_derived
from ..errors import ExtraMissing
from ..model import Column, Failure, RunRow
from ..model.value import describe_blob
from ..query import SummaryTable, parse_filter, parse_sort, sort_keys
from ..query.cells import LABELS
from ..store import Database, load_columns, load_content, load_runs

if TYPE_CHECKING:
    import pandas as pd

TITLES = ("Proposal", "Run", "Timestamp")
_PLAIN = {int, float, str, complex, type(None)}
TABLE_COLUMNS = ("proposal", "run", "start_time")


def load_frame(
    database: Database,
    filter: str,
    sort: str,
    columns: str,
    *,
    titles: bool,
    derive: str | Iterable[str] = (),
) -> pd.DataFrame:
    """Load the table or a part of it; see `Folder.table`."""
    own = (derive,) if isinstance(derive, str) else derive
    with database.reading() as con:
        known, runs = load_columns(con), load_runs(con)
        derived = load_derived(database.path.parent, known, own)
        known += derived.columns if derived is not None else []
        content = partial(load_content, con)
        wanted = parse_filter(filter, known, content=content)
        order = parse_sort(sort, known, content)
        shown = [key.column for key in parse_sort(columns, known)] if columns else known
        is_all = bool(wanted) or not columns  # a filter may search all variables
        names = None if is_all else {c.name for c in (*shown, *(key.column for key in order))}
        keys = [run.key for run in runs]
        cells = load_cells(con, runs, derived, names=names, are_all=True)
    found = SummaryTable(runs, known, cells)
    places = {key: place for place, key in enumerate(keys)}
    selected = [places[key] for key in sort_keys(found, wanted.select(found, keys), order)]
    return _frame(
        [runs[place] for place in selected],
        [column for column in shown if column.name not in TABLE_COLUMNS],
        lambda column: (
            [runs[place].label_text for place in selected]
            if column == LABELS
            else _picked(cells.get(column.name), selected)
        ),
        titles=titles,
    )


def _picked(cells: Sequence[Any] | None, places: Sequence[int]) -> list[Any]:
    return [None] * len(places) if cells is None else list(map(cells.__getitem__, places))


def _frame(
    runs: Sequence[RunRow],
    columns: Sequence[Column],
    cells_of: Callable[[Column], Sequence[Any]],
    *,
    titles: bool,
) -> pd.DataFrame:
    try:
        import pandas as pd
    except ImportError as error:
        raise ExtraMissing("For a DataFrame, pandas", "pandas") from error

    frame: dict[str, Any] = {
        "proposal": [run.key.proposal for run in runs],
        "run": [run.key.run for run in runs],
        "start_time": pd.to_datetime([run.start_time for run in runs], unit="s", utc=True),
    }
    if titles:
        frame = dict(zip(TITLES, frame.values(), strict=True))
    for column in columns:
        entries = _plain(cells_of(column), column)
        array = pd.array(entries, dtype=_dtype(entries))
        frame[column.title if titles else column.name] = array
    return pd.DataFrame(frame)


def _plain(cells: Sequence[Any], column: Column) -> Sequence[Any]:
    """Return a column's cells as pandas can hold them: errors are empty, blobs are texts."""
    if column.type == "boolean":
        return [bool(c) if isinstance(c, int) else _plain_cell(c) for c in cells]
    return [cell if type(cell) in _PLAIN else _plain_cell(cell) for cell in cells]


def _plain_cell(cell: Any) -> Any:
    return None if isinstance(cell, Failure) else describe_blob(cell)


def _dtype(entries: Iterable[Any]) -> str:
    """Return a dtype that keeps numbers numeric, with integers nullable."""
    types = set(map(type, entries))
    kinds = types - {type(None)}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "Int64"
    if kinds <= {int, float} and kinds:
        return "float64"
    return "complex128" if types == {complex} else "object"
