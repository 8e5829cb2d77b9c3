"""Points of a plot, from the table or from the data of runs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from damnit_daemon.model import RunKey
from damnit_daemon.model.view import AxisKind
from damnit_daemon.query.table import Table
from damnit_daemon.text import count_of

from ..charts.scale import LARGEST, logged, range_of
from .state import RUN, TIME, Form, Over, PlotState, RunScope, Window

NO_RUNS = {
    RunScope.ALL: "There are no runs.",
    RunScope.SHOWN: "No runs are shown.",
    RunScope.MARKED: "No runs are marked.",
}


@dataclass(frozen=True)
class Group:
    """Points of one colour.

    Attributes:
        label: Label for the legend.
        x: float64; finite where drawn.
        y: Likewise; empty for a histogram, which is of `x`.
        runs: The run of each point, as an index into `Points.keys`; empty within runs.
        colour: A third number for each point, or none.
        units: Units of the values.
    """

    label: str
    x: Any
    y: Any
    runs: Any = None
    colour: Any = None
    units: str = ""


@dataclass(frozen=True)
class Points:
    """The content of a plot."""

    groups: tuple[Group, ...] = ()
    keys: tuple[RunKey, ...] = ()
    x_label: str = ""
    y_label: str = ""
    x_kind: AxisKind = AxisKind.NUMBER
    y_kind: AxisKind = AxisKind.NUMBER
    colour_label: str = ""
    colour_kind: AxisKind = AxisKind.NUMBER
    categories: tuple[str, ...] = ()
    """Texts that the numbers of `colour` stand for; none for plain numbers."""
    notes: tuple[str, ...] = ()
    problem: str = ""
    """Reason why there is nothing to draw."""
    x_units: str = ""

    @property
    def count(self) -> int:
        """Number of points."""
        return sum(len(group.x) for group in self.groups)


@dataclass(frozen=True)
class Naming:
    """Labels and units of variables."""

    titles: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """Return title and units."""
        if name == RUN:
            return "Run"
        title, units = self.titles.get(name, name), self.units.get(name, "")
        return f"{title} [{units}]" if units else title


def points_over_runs(
    state: PlotState, table: Table, keys: Sequence[RunKey], naming: Naming
) -> Points:
    """Return one point for each run that has numbers for all plotted variables.

    Args:
        state: The plot state.
        table: The source of the values.
        keys: The runs; several proposals may be among them.
        naming: Labels of the variables.
    """
    keys = sorted(keys)
    is_histogram = state.form is Form.HISTOGRAM
    x = None if is_histogram else _numbers(table, state.x, keys)
    colour, categories = _colours(table, state.colour, keys)
    groups = []
    for name in state.y:
        y = _numbers(table, name, keys)
        good = np.isfinite(y) if x is None else np.isfinite(x) & np.isfinite(y)
        if state.colour and not is_histogram:
            good &= np.isfinite(colour)
        places = np.flatnonzero(good)
        across, up = (y[good], y[:0]) if x is None else (x[good], y[good])
        shade = colour[good] if state.colour and not is_histogram else None
        units = naming.units.get(name, "")
        groups.append(Group(naming.label(name), across, up, places, shade, units))
    points = Points(
        tuple(groups),
        tuple(keys),
        x_label=_together(state.y, naming) if is_histogram else naming.label(state.x),
        y_label="runs" if is_histogram else _together(state.y, naming),
        x_kind=_kind(state.y[0] if is_histogram and state.y else state.x),
        y_kind=AxisKind.INDEX if is_histogram else _kind(*state.y[:1]),
        colour_label=naming.label(state.colour) if state.colour and not is_histogram else "",
        colour_kind=_kind(state.colour),
        categories=categories,
        x_units="" if is_histogram else naming.units.get(state.x, ""),
    )
    return _with_problem(points, state, keys, naming, table)


def histogram(values: Any, bins: int, window: tuple[float, float] | None) -> tuple[Any, Any]:
    """Count numbers in bins of equal width, as `numpy.histogram` does.

    Args:
        values: Finite numbers.
        bins: Number of bins.
        window: From, to; None: from minimum to maximum.

    Returns:
        Counts (bins,) and edges (bins + 1,).
    """
    try:
        return np.histogram(values, bins=bins, range=window)
    except ValueError:  # too close together for so many bins, or too far apart
        low, high = window or (float(values.min()), float(values.max()))
        wide = (low - 0.5, high + 0.5) if high - low < 1 else (-LARGEST, LARGEST)
        return np.histogram(values, bins=bins, range=wide)


def fitting_bins(count: int) -> int:
    """Return a suitable number of bins for a count of numbers."""
    return int(min(60, max(5, round(count**0.5 * 1.5))))


def count_in_bins(group: Group, state: PlotState, window: Window) -> tuple[Any, Any]:
    """Return counts and edges of a histogram of a group in a window."""
    values = logged(group.x, is_log=state.log_x)
    values = values[np.isfinite(values)]
    return histogram(values, state.bins or fitting_bins(len(group.x)), window)


def window_of(points: Points, state: PlotState) -> Window:
    """Return the x range of a histogram."""
    if state.window is not None:
        return state.window
    return range_of([logged(g.x, is_log=state.log_x) for g in points.groups], margin=0.0)


def align(x: Any, x_trains: Any | None, y: Any, y_trains: Any | None) -> tuple[Any, Any, str]:
    """Align the data of two variables.

    Args:
        x: Numbers of the first variable.
        x_trains: Their train IDs; None without.
        y: Numbers of the second variable.
        y_trains: Their train IDs.

    Returns:
        Numbers of both, of equal length, and a remark on the alignment.

    Raises:
        ValueError: If they have nothing in common.
    """
    if x_trains is not None and y_trains is not None:
        common, at_x, at_y = np.intersect1d(x_trains, y_trains, return_indices=True)
        if not len(common):
            raise ValueError("no common train IDs")
        missing = max(len(x), len(y)) - len(common)
        note = f"{count_of(missing, 'point')} without a matching train ID" if missing else ""
        return x[at_x], y[at_y], note
    if len(x) != len(y):
        raise ValueError(f"{len(x)} and {len(y)} points, without common train IDs to match them")
    return x, y, "matched by position: no common train IDs"


def _numbers(table: Table, name: str, keys: Sequence[RunKey]) -> Any:
    """Return a variable of all runs as float64; NaN for values that are not numbers."""
    if name == RUN:
        return np.array([key.run for key in keys], np.float64)
    if name == TIME:
        starts = (table.run(key).start_time for key in keys)
        found = [float(t) if isinstance(t, int | float) else np.nan for t in starts]
        return np.array(found, np.float64)
    scalars = table.scalars(name, keys)
    return np.array(
        [_float(value) if isinstance(value, int | float) else np.nan for value in scalars],
        np.float64,
    )


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return np.nan


def _colours(table: Table, name: str, keys: Sequence[RunKey]) -> tuple[Any, tuple[str, ...]]:
    """Return a variable as numbers; texts are numbered in sorted order."""
    if not name:
        return np.zeros(len(keys)), ()
    numbers = _numbers(table, name, keys)
    if name in (RUN, TIME) or np.isfinite(numbers).any():
        return numbers, ()
    texts = [value if isinstance(value, str) else None for value in table.scalars(name, keys)]
    known = sorted({text for text in texts if text})
    places = {text: float(place) for place, text in enumerate(known)}
    return np.array([places.get(text or "", np.nan) for text in texts]), tuple(known)


def _together(names: Sequence[str], naming: Naming) -> str:
    return naming.label(names[0]) if len(names) == 1 else ""


def _kind(name: str = "") -> AxisKind:
    if name == TIME:
        return AxisKind.TIME
    return AxisKind.INDEX if name == RUN else AxisKind.NUMBER


def _with_problem(
    points: Points, state: PlotState, keys: Sequence[RunKey], naming: Naming, table: Table
) -> Points:
    if points.count:
        left_out = len(keys) * len(points.groups) - points.count
        return replace(points, notes=(f"{left_out} missing or not numeric",) if left_out else ())
    if not state.y:
        return replace(points, problem="Choose variables to plot (v).")
    if not keys:
        return replace(points, problem=NO_RUNS[state.which])
    parts = []
    names = (*state.y, *(() if state.form is Form.HISTOGRAM else (state.x,)))
    for name in dict.fromkeys(names):
        if np.isfinite(_numbers(table, name, keys)).any():
            continue
        has_data = name not in (RUN, TIME) and any(table.filled(name, keys))
        what = "texts, images or arrays, but no numbers" if has_data else "no values"
        parts.append(f"{naming.label(name)} has {what} in these runs")
    problem = "; ".join(parts) or "No run has numbers for both"
    hint = " – o plots the data within runs" if state.over is Over.RUNS and parts else ""
    return replace(points, problem=f"{problem}{hint}.")
