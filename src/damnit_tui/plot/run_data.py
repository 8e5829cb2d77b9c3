"""Collect the data of several runs for a plot. For workers: it reads files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from damnit_daemon.errors import DamnitError
from damnit_daemon.hdf5 import NoSuchData, ResultsMissing
from damnit_daemon.hdf5.series import SINGLE, NumberSeries
from damnit_daemon.model import RunKey
from damnit_daemon.model.view import AxisKind
from damnit_daemon.text import count_of

from .data import Group, Naming, Points, align
from .state import BEGIN, Form, PlotState

MOST_LINES = 24
"""Maximum of runs times variables; more could not be distinguished."""
Read = Callable[[RunKey, str], NumberSeries]


@dataclass(frozen=True)
class RunDataRequest:
    """The data to read for a plot within runs; equal while nothing else has to be read."""

    y: tuple[str, ...]
    x: str
    keys: tuple[RunKey, ...]
    is_histogram: bool
    stamps: tuple[float, ...] = ()
    """When the values were written: a difference means new data."""


def request_for(
    state: PlotState, keys: Sequence[RunKey], stamps: Sequence[float] = ()
) -> RunDataRequest:
    """Return the request for a state."""
    most = max(1, MOST_LINES // max(1, len(state.y)))
    newest = tuple(sorted(keys, reverse=True)[:most])
    return RunDataRequest(state.y, state.x, newest, state.form is Form.HISTOGRAM, tuple(stamps))


def points_within(
    request: RunDataRequest,
    read: Read,
    naming: Naming,
    *,
    left_out: int = 0,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Points:
    """Read and combine the data of runs; one colour for each run and variable.

    Args:
        request: The request.
        read: Reads a variable of a run.
        naming: Labels of the variables.
        left_out: Number of runs over the limit.
        is_cancelled: Called before each run.
    """
    groups: list[Group] = []
    notes: list[str] = []
    problems: dict[str, list[int]] = {}
    first: NumberSeries | None = None
    x_line: NumberSeries | None = None
    for key in request.keys:
        for name in request.y:
            if is_cancelled():
                return Points(problem="…")
            try:
                y = read(key, name)
                first = first or y
                if request.x not in ("", BEGIN) and not request.is_histogram:
                    x_line = read(key, request.x)
                group, note = _group(y, x_line, request)
            except (DamnitError, ValueError) as error:
                problems.setdefault(_reason(error, name), []).append(key.run)
                continue
            notes += [note] if note and note not in notes else []
            label = f"run {key.run}"
            if len(request.y) > 1:
                label += f" {naming.label(name)}"
            units = naming.units.get(name) or y.units
            groups.append(Group(label, group.x, group.y, units=units))
    notes += [_with_runs(reason, runs) for reason, runs in problems.items()]
    if left_out:
        notes.append(f"{count_of(left_out, 'more run')} not shown")
    if not groups or first is None:
        message = "; ".join(_with_runs(reason, runs) for reason, runs in problems.items())
        problem = message or "No runs are marked: mark some (Space) to plot their data"
        hint = " – o plots it over runs" if SINGLE in problem else ""
        return Points(problem=f"{problem[:1].upper()}{problem[1:]}{hint}.")
    if not any(len(group.x) for group in groups):
        return Points(problem="All values are NaN or infinite.")
    return _labelled(request, tuple(groups), naming, first, x_line, tuple(notes))


def _labelled(
    request: RunDataRequest,
    groups: tuple[Group, ...],
    naming: Naming,
    y: NumberSeries,
    x: NumberSeries | None,
    notes: tuple[str, ...],
) -> Points:
    y_kind = AxisKind.TIME if y.is_time else AxisKind.NUMBER
    y_label = _label(naming, request.y[0], y.units) if len(request.y) == 1 else ""
    if request.is_histogram:
        label = y_label or "value"
        return Points(groups, request.keys, label, "points", y_kind, AxisKind.INDEX, notes=notes)
    if x is not None:
        kind = AxisKind.TIME if x.is_time else AxisKind.NUMBER
        label = _label(naming, request.x, x.units)
        units = naming.units.get(request.x) or x.units
        return Points(
            groups, request.keys, label, y_label, kind, y_kind, notes=notes, x_units=units
        )
    name = y.along_name or "index"
    kind, units = y.along_kind, y.along_units
    if request.x == BEGIN and y.along_name:
        # The remainder of times is in seconds.
        units = "s" if kind is AxisKind.TIME else units
        name, kind = f"{name} from start of run", AxisKind.NUMBER
    label = f"{name} [{units}]" if units else name
    return Points(groups, request.keys, label, y_label, kind, y_kind, notes=notes, x_units=units)


def _group(y: NumberSeries, x: NumberSeries | None, request: RunDataRequest) -> tuple[Group, str]:
    note = "long data reduced to minima and maxima" if y.is_reduced else ""
    if request.is_histogram:
        good = y.values[np.isfinite(y.values)]
        return Group("", good, good[:0]), note
    if x is None:
        finite = _finite(y.along, y.values)
        if request.x == BEGIN and len(finite.x):
            finite = Group("", finite.x - finite.x.min(), finite.y)
        return finite, note
    if y.is_reduced or x.is_reduced:
        raise ValueError("the data is too long to plot one against the other")
    across, up, remark = align(x.values, x.trains, y.values, y.trains)
    return _finite(across, up), remark or note


def _finite(x: Any, y: Any) -> Group:
    good = np.isfinite(x) & np.isfinite(y)
    return Group("", x[good], y[good])


def _label(naming: Naming, name: str, units: str) -> str:
    label = naming.label(name)
    return f"{label} [{units}]" if units and "[" not in label else label


def _reason(error: Exception, name: str) -> str:
    """Return a reason that is the same for all runs it applies to: without paths."""
    if isinstance(error, ResultsMissing):
        return "no data was saved"
    if isinstance(error, NoSuchData):
        return f"no data for {name}"
    return error.message if isinstance(error, DamnitError) else str(error)


def _with_runs(reason: str, runs: list[int]) -> str:
    which = f"run {runs[0]}" if len(runs) == 1 else f"{len(runs)} runs"
    return f"{which}: {reason.rstrip('.')}"
