"""The plot without a screen: its state, points and drawing, and the changes that keys make."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from rich.segment import Segment
from rich.text import Text

from damnit_daemon.model import RunKey

from ..charts.frame import Styles
from ..sanitize import visible
from .data import Naming, Points
from .fit import FitResult
from .legend import series_role
from .readout import nearest, readout, stepped
from .render import Drawn, blank, draw_points
from .state import BEGIN, Analysis, Form, PlotState
from .statistics import AnalysisRequest, SeriesStatistics, lines_of

ZOOM = 1.5
NO_BREAK = "\xa0"
REPORT_SIZE = 72, 16
UNREAD = Points(problem="…")


class PlotModel:
    """Draws points; each change returns the new state.

    Attributes:
        state: Plotted variables, and how they are shown.
        points: The loaded data.
        naming: Labels of the plotted variables.
        drawn: The drawing; None if there is nothing to draw.
        statistics: Statistics of a series, and its fit, which is drawn; None without.
    """

    def __init__(self, state: PlotState, zone: tzinfo | None = None) -> None:
        self.state = state
        self.points = UNREAD
        self.naming = Naming()
        self.drawn: Drawn | None = None
        self.statistics: SeriesStatistics | None = None
        self._zone = zone

    def draw(self, width: int, height: int, styles: Styles) -> list[list[Segment]]:
        """Draw the points, or the reason why there are none."""
        self.drawn = None
        if self.points.problem:
            text = "\n".join(map(visible, self.points.problem.split("\n")))
            return blank(width, text, styles["label"])
        self.drawn = draw_points(
            self.points, self.state, width, height, styles, self._zone, self._fits()
        )
        return self.drawn.frame.lines

    # Text

    def title(self, runs: int) -> list[str]:
        """Describe the plotted variables and the number of runs."""
        state = self.state
        what = ", ".join(map(self.naming.label, state.y)) or "no variable"
        if state.form is not Form.HISTOGRAM:
            own = state.x in ("", BEGIN)
            x = self.points.x_label or "its coordinate" if own else self.naming.label(state.x)
            what = f"{what} over {x}"
        return [what, state.form.value, state.over.value, f"{state.which.value} ({runs})"]

    def legend(self, styles: Styles) -> Text:
        """Return the legend; it wraps between its entries only."""
        legend = Text(overflow="ellipsis", end="")
        for part in self.drawn.legend if self.drawn is not None else ():
            legend.append(part.text.replace(" ", NO_BREAK), styles[part.role])
            legend.append(part.gap)
        return legend

    def readout(self) -> str:
        """Describe the point under the cursor."""
        if self.drawn is None:
            return ""
        return readout(self.points, self.state, self.drawn.shown, self._zone)

    def statistics_text(self, styles: Styles) -> Text:
        """Return the statistics of the series, under its name in its colour."""
        text = Text(end="")
        if (found := self.statistics) is None:
            return text
        role = series_role(self.series, max(len(self.points.groups), self.series + 1))
        text.append(f"● {visible(found.label)}\n", styles.get(role))
        return text.append("\n".join(lines_of(found, self.points, self.state, self._zone)))

    def analysis_request(self) -> AnalysisRequest | None:
        """Return what to compute of the drawing; None if statistics are off."""
        if self.drawn is None or self.state.analysis is Analysis.OFF:
            return None
        state = replace(self.state, cursor=None)
        return AnalysisRequest(self.points, state, self.series, self.drawn.shown)

    @property
    def series(self) -> int:
        """Index of the series that the statistics are of."""
        return self.state.series % max(1, len(self.points.groups))

    def plain_text(self) -> str:
        """Return the plot as text, with its statistics."""
        return self.points.problem if self.drawn is None else self._with_statistics(self.drawn)

    def report_text(self) -> str:
        """Return the plot as text for the shift report, with its statistics."""
        state = replace(self.state, cursor=None)
        drawn = draw_points(self.points, state, *REPORT_SIZE, {}, self._zone, self._fits())
        return self._with_statistics(drawn)

    @property
    def fit(self) -> FitResult | None:
        """The fit of the series; None without."""
        return self.statistics.fit if self.statistics is not None else None

    def _fits(self) -> list[FitResult]:
        return [] if self.fit is None else [self.fit]

    def _with_statistics(self, drawn: Drawn) -> str:
        if self.statistics is None:
            return drawn.text
        return f"{drawn.text}\n\n{self.statistics_text({}).plain}"

    def run_at_cursor(self) -> RunKey | None:
        """Return the run of the point that is read out."""
        if self.drawn is None or self.state.cursor is None:
            return None
        found = nearest(self.points, self.state, self.state.cursor, self.drawn.shown)
        group = self.points.groups[found[0]] if found else None
        if group is None or found is None or group.runs is None:
            return None
        return self.points.keys[int(group.runs[found[1]])]

    # Changes

    def with_bins(self, factor: float) -> PlotState:
        """Multiply the number of bins of a histogram."""
        if self.drawn is None or self.state.form is not Form.HISTOGRAM:
            return self.state
        return self.state.with_bins(factor, self.drawn.bins)

    def panned(self, across: float, up: float) -> PlotState:
        """Pan by fractions of the visible range."""
        if self.drawn is None:
            return self.state
        up = 0 if self.state.form is Form.HISTOGRAM else up
        return self.state.panned(across, up, self.drawn.shown)

    def dragged(self, across: int, down: int) -> PlotState:
        """Pan by `across` and `down` characters."""
        if self.drawn is None:
            return self.state
        place = self.drawn.frame.place
        return self.panned(-across / max(1, place.width), down / max(1, place.height))

    def zoomed(self, steps: int, at: tuple[int, int] | None = None) -> PlotState:
        """Zoom in or out, around a character or the cursor."""
        if self.drawn is None:
            return self.state
        data_at = self._data_at(*at) if at is not None else None
        return self.state.zoomed(ZOOM**steps, self.drawn.shown, data_at)

    def pointed(self, x: int, y: int) -> PlotState:
        """Read out the point nearest to a character."""
        at = self._data_at(x, y)
        if at is None or self.drawn is None:
            return self.state
        found = nearest(self.points, self.state, at, self.drawn.shown)
        return replace(self.state, cursor=at, series=found[0] if found else self.state.series)

    def next_series(self) -> PlotState:
        """Select the next series for the statistics."""
        return replace(self.state, series=(self.series + 1) % max(1, len(self.points.groups)))

    def stepped(self, step: int) -> PlotState:
        """Read out the next point along X, or the next bin."""
        if self.drawn is None:
            return self.state
        if self.state.form is Form.HISTOGRAM:
            low, high = self.drawn.shown[0]
            at = self.state.cursor[0] if self.state.cursor else (low + high) / 2
            width = (high - low) / max(1, self.drawn.bins)
            return replace(self.state, cursor=(at + step * width, 0.0))
        cursor = stepped(self.points, self.state, step, self.drawn.shown)
        return self.state if cursor is None else replace(self.state, cursor=cursor)

    def _data_at(self, x: int, y: int) -> tuple[float, float] | None:
        """Return the data position of a character."""
        if self.drawn is None or not self.drawn.frame.place.holds(x, y):
            return None
        frame, (_, (low, high)) = self.drawn.frame, self.drawn.shown
        share = 1 - (y - frame.place.top + 0.5) / frame.place.height
        return frame.x_at(x + 0.5), low + share * (high - low)
