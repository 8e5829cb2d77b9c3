"""Variables that can be plotted, and their labels. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from damnit_daemon.model import RunKey

from ..dialogs.variable_dialog import VariableChoice
from ..table.cells import parse_attributes, units
from ..table.layout import split_title
from ..table.rows import Rows
from .data import Naming
from .state import RUN, TIME

RUNS_SEARCHED = 40
"""Number of runs searched for units."""


def variables_to_plot(
    rows: Rows, keys: Sequence[RunKey], *, data: bool = False, texts: bool = False
) -> list[VariableChoice]:
    """Return the variables that have data to plot.

    Args:
        rows: The table.
        keys: The runs.
        data: Whether to include arrays, and exclude the run's number and time.
        texts: Whether to include texts, as for colours.
    """
    found = (
        []
        if data
        else [
            VariableChoice(RUN, "Run", "number"),
            VariableChoice(TIME, "Time", "start of the run"),
        ]
    )
    for column in rows.columns:
        if column.name in (TIME, "comment"):
            continue
        if data:
            fits = any(rows.filled(column.name, keys))
        else:
            kinds = (int, float, str) if texts else (int, float)
            fits = any(isinstance(value, kinds) for value in rows.scalars(column.name, keys))
        if fits:
            found.append(VariableChoice(column.name, "/".join(split_title(column.title))))
    return found


def naming_of(rows: Rows, names: Collection[str]) -> Naming:
    """Return the labels and units of some variables."""
    titles = {c.name: "/".join(split_title(c.title)) for c in rows.columns if c.name in names}
    found = {}
    for name in names:
        for key in rows.keys[:RUNS_SEARCHED]:
            value = rows.value(key, name)
            if value is not None and (unit := units(parse_attributes(value.attributes_json))):
                found[name] = unit
                break
    return Naming(titles, found)
