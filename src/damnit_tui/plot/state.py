"""The state of a plot: variables and view. Pure, without numpy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

RUN = "run"
"""Name of the run number, used like a variable."""
TIME = "start_time"
BEGIN = "@begin"
"""Within runs: the coordinate of the data, relative to the start of each run."""
MOST_Y = 6
"""Maximum number of variables: the number of colours."""
FEWEST_BINS, MOST_BINS = 2, 2000
Window = tuple[float, float]


class Over(StrEnum):
    """The source of the points."""

    RUNS = "over runs"
    """One point per run: the values in the table."""
    WITHIN = "within runs"
    """The data of each run."""


class RunScope(StrEnum):
    """The runs to plot."""

    ALL = "all runs"
    SHOWN = "shown runs"
    MARKED = "marked runs"


class Form(StrEnum):
    """The form of the drawing."""

    POINTS = "points"
    LINE = "line"
    HISTOGRAM = "histogram"


class Analysis(StrEnum):
    """What is computed of a series."""

    OFF = ""
    STATISTICS = "statistics"
    LINEAR = "linear"
    GAUSSIAN = "gaussian"
    EDGE = "erf"
    """An error function, such as of a knife edge."""


FITS = (Analysis.LINEAR, Analysis.GAUSSIAN, Analysis.EDGE)


@dataclass(frozen=True)
class PlotState:
    """Plotted variables, and how they are shown.

    Attributes:
        y: Variables, each in a colour of its own over runs.
        x: A variable, `RUN` or `TIME`; within runs also `BEGIN`, or empty: the coordinate as it is.
        colour: A third variable that colours points over runs; empty: none.
        over: The source of the points.
        which: The runs to plot.
        form: The form of the drawing.
        bins: Number of bins of a histogram; 0: suited to the number of points.
        window: Drawn range of x (of a logarithmic axis, its logarithm); None: all.
        span: Likewise for y.
        cursor: The point read out, as x and y in drawn units; None: none.
        analysis: Statistics and fit beside the plot.
        series: The series that they are of.
    """

    y: tuple[str, ...] = ()
    x: str = RUN
    colour: str = ""
    over: Over = Over.RUNS
    which: RunScope = RunScope.SHOWN
    form: Form = Form.POINTS
    log_x: bool = False
    log_y: bool = False
    bins: int = 0
    window: Window | None = None
    span: Window | None = None
    cursor: tuple[float, float] | None = None
    analysis: Analysis = Analysis.OFF
    series: int = 0

    def as_json(self) -> dict[str, object]:
        """Convert to JSON, without what depends on the data: range and readout."""
        kept = ("x", "colour", "over", "which", "form", "log_x", "log_y", "bins", "analysis")
        return {"y": list(self.y)} | {name: getattr(self, name) for name in kept}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> PlotState | None:
        """Load from JSON; None if it is not valid."""
        y, bins = value.get("y"), value.get("bins")
        if not isinstance(y, list) or not y or not isinstance(bins, int):
            return None
        names = [*y, value.get("x"), value.get("colour")]
        if not all(isinstance(name, str) for name in names) or len(y) > MOST_Y:
            return None
        try:
            over, which = Over(str(value.get("over"))), RunScope(str(value.get("which")))
            form = Form(str(value.get("form")))
            analysis = Analysis(str(value.get("analysis", "")))
        except ValueError:
            return None
        logs = value.get("log_x") is True, value.get("log_y") is True
        bins = max(FEWEST_BINS, min(MOST_BINS, bins)) if bins else 0
        return cls(
            (*y,), str(names[-2]), str(names[-1]), over, which, form, *logs, bins, analysis=analysis
        )

    def whole(self) -> PlotState:
        """Show all data."""
        return replace(self, window=None, span=None)

    def fresh(self, **changes: object) -> PlotState:
        """Reset the view for another plot."""
        return replace(self, window=None, span=None, cursor=None, series=0, **changes)  # type: ignore[arg-type]

    def with_y(self, *names: str) -> PlotState:
        """Plot these variables."""
        return self.fresh(y=names)

    def toggled_log(self, axis: str) -> PlotState:
        """Toggle the logarithmic scale of an axis."""
        if axis == "x":
            return replace(self, log_x=not self.log_x, window=None, cursor=None)
        return replace(self, log_y=not self.log_y, span=None, cursor=None)

    def swapped(self) -> PlotState:
        """Swap X and Y; of several Y, the first."""
        if not self.y or self.x in ("", BEGIN) or self.form is Form.HISTOGRAM:
            return self
        return self.fresh(y=(self.x,), x=self.y[0], log_x=self.log_y, log_y=self.log_x)

    def next_over(self) -> PlotState:
        """Switch between points per run and the data of each run."""
        if self.over is Over.RUNS:
            x = BEGIN if self.x in (RUN, TIME) else self.x
            return self.fresh(over=Over.WITHIN, x=x, form=_not_points(self.form), colour="")
        return self.fresh(
            over=Over.RUNS, x=RUN if self.x in ("", BEGIN) else self.x, form=_not_lines(self.form)
        )

    def next_form(self) -> PlotState:
        """Switch to the next form."""
        forms = list(Form)
        return self.fresh(form=forms[(forms.index(self.form) + 1) % len(forms)])

    def next_which(self) -> PlotState:
        """Switch to the next selection of runs."""
        which = list(RunScope)
        return self.fresh(which=which[(which.index(self.which) + 1) % len(which)])

    def next_analysis(self, step: int) -> PlotState:
        """Switch to the next fit, to statistics without one, or off."""
        known = list(Analysis)
        return replace(self, analysis=known[(known.index(self.analysis) + step) % len(known)])

    def with_bins(self, factor: float, present: int) -> PlotState:
        """Change the number of bins."""
        bins = max(present + 1, round(present * factor)) if factor > 1 else int(present * factor)
        return replace(self, bins=max(FEWEST_BINS, min(MOST_BINS, bins)))

    def panned(self, across: float, up: float, shown: tuple[Window, Window]) -> PlotState:
        """Pan by fractions of the visible range."""
        x, y = shown
        moved = replace(self, window=_moved(x, across)) if across else self
        return replace(moved, span=_moved(y, up)) if up else moved

    def zoomed(
        self, factor: float, shown: tuple[Window, Window], at: tuple[float, float] | None = None
    ) -> PlotState:
        """Zoom in (above 1) or out, around a position."""
        x, y = shown
        middle = at or self.cursor or ((x[0] + x[1]) / 2, (y[0] + y[1]) / 2)
        if not (x[0] <= middle[0] <= x[1] and y[0] <= middle[1] <= y[1]):
            middle = ((x[0] + x[1]) / 2, (y[0] + y[1]) / 2)
        window, span = _closer(x, factor, middle[0]), _closer(y, factor, middle[1])
        if self.form is Form.HISTOGRAM:
            return replace(self, window=window)
        return replace(self, window=window, span=span)


def _not_points(form: Form) -> Form:
    return Form.LINE if form is Form.POINTS else form


def _not_lines(form: Form) -> Form:
    return Form.POINTS if form is Form.LINE else form


def _moved(window: Window, share: float) -> Window:
    step = (window[1] - window[0]) * share
    moved = (window[0] + step, window[1] + step)
    return moved if all(map(math.isfinite, moved)) else window


def _closer(window: Window, factor: float, at: float) -> Window:
    low, high = at - (at - window[0]) / factor, at + (window[1] - at) / factor
    # No closer than the precision of the numbers allows.
    enough = high - low > max(abs(low), abs(high)) * 1e-12
    return (low, high) if enough and math.isfinite(low) and math.isfinite(high) else window
