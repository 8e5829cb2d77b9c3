"""Statistics of what a plot shows: mean, extrema, peak, and a fit. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from damnit_daemon.errors import DamnitError
from damnit_daemon.model.view import AxisKind

from ..charts.scale import logged
from ..charts.ticks import format_value
from ..sanitize import visible
from .data import Group, Points, count_in_bins, window_of
from .fit import FitResult, Quantity, fit_points
from .state import Analysis, Form, PlotState, Window

NAME_WIDTH, VALUE_WIDTH = 11, 23
DIGITS = 6
"""Of numbers without errors; more if their range is narrow."""
RESOLUTION = 1e-4
"""Differences of this fraction of the range can be seen in the numbers."""


class Peak(NamedTuple):
    """The middle and width of a peak, or dip, at half its height above the minimum."""

    centre: float
    fwhm: float


@dataclass(frozen=True)
class SeriesStatistics:
    """Statistics of the visible points of one series.

    Attributes:
        label: Label of the series.
        shown: Number of points, or values of a histogram, in the visible range.
        count: Number of all of them.
        mean: Mean of the values; NaN without any.
        std: Standard deviation of a sample; NaN for a single value.
        least: Minimum and its position; the position is NaN in histograms.
        greatest: Likewise the maximum.
        peak: None if the curve does not fall to half its height on both sides.
        centre_of_mass: Mean position, weighted by the height above the minimum (below the
            maximum for a dip); NaN if all values are equal.
        fit: The fit; None if there is none.
        problem: Why there is no fit, or nothing at all.
        units: Units of the values.
        extents: Ranges of positions and values.
    """

    label: str
    shown: int
    count: int
    mean: float = math.nan
    std: float = math.nan
    least: tuple[float, float] = (math.nan, math.nan)
    greatest: tuple[float, float] = (math.nan, math.nan)
    peak: Peak | None = None
    centre_of_mass: float = math.nan
    fit: FitResult | None = None
    problem: str = ""
    units: str = ""
    extents: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class AnalysisRequest:
    """What to compute.

    Attributes:
        points: The points of the plot.
        state: The plot state, which chooses the fit.
        series: Index of the series.
        shown: The visible ranges, in drawn units: of lines and histograms only that of x counts.
    """

    points: Points
    state: PlotState
    series: int
    shown: tuple[Window, Window]

    def is_same(self, other: AnalysisRequest | None) -> bool:
        """Return True if the statistics are equal."""
        if other is None or self.points is not other.points:
            return False
        return (self.state, self.shown, self.series) == (other.state, other.shown, other.series)

    def is_alike(self, other: AnalysisRequest) -> bool:
        """Return True if it is the same plot, with other points or in another range."""
        one, two = ((s.y, s.x, s.over, s.form, s.analysis) for s in (self.state, other.state))
        return one == two and self.series == other.series

    def statistics(self) -> SeriesStatistics:
        """Compute them, and fit. For workers: it may take a second."""
        group = self.points.groups[self.series]
        with np.errstate(all="ignore"):  # numbers close to the largest become infinite
            if self.state.form is Form.HISTOGRAM:
                return _of_histogram(self.points, self.state, group)
            return _of_points(self.state, group, self.shown)


def _of_points(state: PlotState, group: Group, shown: tuple[Window, Window]) -> SeriesStatistics:
    inside = _inside(group.x, shown[0], is_log=state.log_x)
    if state.form is Form.POINTS:
        inside &= _inside(group.y, shown[1], is_log=state.log_y)
    x, y = group.x[inside], group.y[inside]
    found, total = len(x), len(group.x)
    if not found:
        return SeriesStatistics(group.label, 0, total, problem="No points are visible.")
    fit, problem = _fitted(state.analysis, x, y)
    low, high = int(np.argmin(y)), int(np.argmax(y))
    return SeriesStatistics(
        group.label, found, total, *_mean_and_std(y),
        (float(y[low]), float(x[low])), (float(y[high]), float(x[high])),
        half_height(*_one_value_each(x, y)), centre_of_mass(x, y), fit, problem, group.units,
        (float(np.ptp(x)), float(np.ptp(y))),
    )  # fmt: skip


def _of_histogram(points: Points, state: PlotState, group: Group) -> SeriesStatistics:
    window = window_of(points, state)
    values = group.x[_inside(group.x, window, is_log=state.log_x)]
    if not len(values):
        return SeriesStatistics(group.label, 0, len(group.x), problem="No values are visible.")
    counts, edges = count_in_bins(group, state, window)
    centres, counts = (edges[:-1] + edges[1:]) / 2, counts.astype(np.float64)
    fit, problem, peak = None, "", None
    if not state.log_x:
        sigma = np.sqrt(np.maximum(counts, 1))
        fit, problem = _fitted(state.analysis, centres, counts, sigma)
        peak = half_height(centres, counts)
    elif state.analysis is not Analysis.STATISTICS:
        problem = "Fits of histograms need a linear X axis."
    return SeriesStatistics(
        group.label, len(values), len(group.x), *_mean_and_std(values),
        (float(values.min()), math.nan), (float(values.max()), math.nan), peak,
        fit=fit, problem=problem, units=group.units,
        extents=(float(np.ptp(values)), float(np.ptp(counts))),
    )  # fmt: skip


def _fitted(
    model: Analysis, x: Any, y: Any, sigma: Any | None = None
) -> tuple[FitResult | None, str]:
    if model in (Analysis.OFF, Analysis.STATISTICS):
        return None, ""
    try:
        return fit_points(model, x, y, sigma), ""
    except DamnitError as error:
        return None, str(error)


def _inside(values: Any, window: Window, *, is_log: bool) -> Any:
    drawn = logged(values, is_log=is_log)
    return (drawn >= window[0]) & (drawn <= window[1])


def _mean_and_std(values: Any) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else math.nan


def _one_value_each(x: Any, y: Any) -> tuple[Any, Any]:
    """Sort points by position, with the mean of values at the same position."""
    at, place = np.unique(x, return_inverse=True)
    return at, np.bincount(place, y) / np.bincount(place)


def _is_dip(y: Any) -> bool:
    median = float(np.median(y))
    return median - float(y.min()) > float(y.max()) - median


def half_height(x: Any, y: Any) -> Peak | None:
    """Return the centre and width of the highest peak, or of the dip if that is farther.

    Half height is in the middle between minimum and maximum; between points it is interpolated.

    Args:
        x: Increasing positions.
        y: Values.
    """
    if len(y) < 3:
        return None
    level = float(y.min()) / 2 + float(y.max()) / 2
    height = level - y if _is_dip(y) else y - level
    top = int(np.argmax(height))
    below = np.flatnonzero(height < 0)
    left, right = below[below < top], below[below > top]
    if not len(left) or not len(right):
        return None
    low, high = _zero(x, height, int(left[-1])), _zero(x, height, int(right[0]) - 1)
    return Peak(low / 2 + high / 2, high - low)


def _zero(x: Any, y: Any, at: int) -> float:
    """Return where the line from a point to the next one is zero."""
    one, other = float(y[at]), float(y[at + 1])
    return float(x[at] + (x[at + 1] - x[at]) * (one / (one - other)))


def centre_of_mass(x: Any, y: Any) -> float:
    """Return the mean position, weighted by the height above the minimum, or depth of a dip."""
    weights = float(y.max()) - y if _is_dip(y) else y - float(y.min())
    total = float(weights.sum())
    first = float(x[0])  # large positions, such as times, would lose digits
    return first + float((weights * (x - first)).sum()) / total if total else math.nan


# Text


class _Format(NamedTuple):
    """Kinds and units of the axes."""

    x_kind: AxisKind
    y_kind: AxisKind
    x_units: str
    y_units: str
    x_step: float
    """Differences that matter."""
    y_step: float
    zone: tzinfo | None

    def value(self, value: float, quantity: Quantity, error: float | None = None) -> str:
        """Format a number, its error and its units."""
        kind = {Quantity.X: self.x_kind, Quantity.Y: self.y_kind}.get(quantity, AxisKind.NUMBER)
        if kind is AxisKind.TIME:
            text = format_value(round(value, 3), kind, self.zone)
            return text if error is None else f"{text} ± {error:.2g} s"
        text = self._number(value, quantity) if error is None else with_error(value, error)
        units = self.units(quantity)
        return f"{text} {units}" if units else text

    def _number(self, value: float, quantity: Quantity) -> str:
        step = self.x_step if quantity in (Quantity.X, Quantity.WIDTH) else self.y_step
        if not step > 0 or not math.isfinite(value) or value == round(value):
            return format_value(value, AxisKind.NUMBER)
        if 10**DIGITS <= abs(value) < 1e15 and step >= 1e-4:
            return f"{value:.{max(0, -math.floor(math.log10(step)))}f}"
        needed = math.ceil(math.log10(abs(value)) - math.log10(step))
        return f"{value:.{min(15, max(DIGITS, needed))}g}"

    def units(self, quantity: Quantity) -> str:
        """Return the units of a number that is not a time."""
        x = "s" if self.x_kind is AxisKind.TIME else self.x_units
        y = "s" if self.y_kind is AxisKind.TIME else self.y_units
        if quantity is Quantity.SLOPE:
            return f"{y or 1}/{x}" if x else y
        return x if quantity in (Quantity.X, Quantity.WIDTH) else y


def lines_of(
    found: SeriesStatistics, points: Points, state: PlotState, zone: tzinfo | None = None
) -> list[str]:
    """Return the statistics as text, without the label of the series."""
    is_histogram = state.form is Form.HISTOGRAM
    y_kind, x_units, y_units = points.y_kind, points.x_units, found.units
    if is_histogram:
        y_kind, x_units, y_units = AxisKind.INDEX, found.units, ""
    x_step, y_step = (extent * RESOLUTION for extent in found.extents)
    kinds = _Format(points.x_kind, y_kind, x_units, y_units, x_step, y_step, zone)
    rows = [*_rows(found, kinds, Quantity.X if is_histogram else Quantity.Y)]
    lines = [f"{found.shown:,} of {found.count:,} {'values' if is_histogram else 'points'}"]
    lines += [f"{name:<{NAME_WIDTH}} {text}".rstrip() for name, text in rows]
    if found.problem:
        lines += ["", found.problem]
    return [visible(line) for line in lines]


def _rows(
    found: SeriesStatistics, kinds: _Format, of_values: Quantity
) -> Iterator[tuple[str, str]]:
    if not found.shown:
        return
    of_std = Quantity.WIDTH if of_values is Quantity.X else Quantity.HEIGHT
    yield "mean", kinds.value(found.mean, of_values)
    if math.isfinite(found.std):
        yield "std", kinds.value(found.std, of_std)
    for name, (value, at) in (("min", found.least), ("max", found.greatest)):
        text = kinds.value(value, of_values)
        where = f"at {kinds.value(at, Quantity.X)}" if math.isfinite(at) else ""
        if len(text) + len(where) < VALUE_WIDTH:
            text, where = f"{text} {where}".rstrip(), ""
        yield name, text
        if where:
            yield "", where
    if math.isfinite(found.centre_of_mass):
        yield "c. of mass", kinds.value(found.centre_of_mass, Quantity.X)
    if found.peak is not None:
        yield "centre", kinds.value(found.peak.centre, Quantity.X)
        yield "FWHM", kinds.value(found.peak.fwhm, Quantity.WIDTH)
    if (fit := found.fit) is None:
        return
    yield "", ""
    yield fit.model.value, _goodness(fit)
    for parameter in fit.parameters:
        if parameter.name == ("intercept" if kinds.x_kind is AxisKind.TIME else "at middle"):
            continue  # the value in 1970, or at the middle of the x axis: of no use here
        yield parameter.name, kinds.value(parameter.value, parameter.quantity, parameter.error)
    if fit.step > 1:
        yield "fitted", f"1 of {fit.step} points"


def _goodness(fit: FitResult) -> str:
    if fit.chi_squared is not None:
        return f"χ²/ndf {fit.chi_squared:.3g}"
    return f"R² {fit.r_squared:.4f}" if math.isfinite(fit.r_squared) else ""


def with_error(value: float, error: float) -> str:
    """Format a number and its standard deviation, to two digits of the latter."""
    if not (error > 0 and math.isfinite(error) and math.isfinite(value)):
        return f"{value:.7g} ± {error:.2g}"
    digits = 1 - math.floor(math.log10(error))
    if -3 <= digits <= 9 and abs(value) < 1e15:
        places = max(0, digits)
        return f"{round(value, digits):.{places}f} ± {round(error, digits):.{places}f}"
    power = math.floor(math.log10(max(abs(value), error)))
    places = min(15, max(0, power + digits))
    of_value, of_error = (Decimal(v).scaleb(-power) for v in (value, error))
    return f"({of_value:.{places}f} ± {of_error:.{places}f})e{power}"
