"""The plot screen: variables against each other, over runs or within them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import get_current_worker

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey

from .. import keymap
from ..data.picture_notes import note_saved_picture
from ..dialogs.save_dialog import FileSaved, SaveDialog, default_folder, notify_saved
from ..dialogs.variable_dialog import VariableChoice, VariableDialog
from ..fixed_columns import FIXED_NAMES
from ..sanitize import visible
from ..table.context import TableContext
from ..table.requests import CopyRequested
from ..table.rows import Rows
from ..widgets.canvas import DataCanvas
from ..widgets.screen_footer import ScreenFooter
from .canvas import PlotCanvas
from .data import Naming, Points
from .export import ENDINGS, save_plot
from .model import UNREAD, PlotModel
from .run_data import RunDataRequest, points_within
from .source import PlotSource
from .state import BEGIN, MOST_Y, RUN, TIME, Form, Over, PlotState, RunScope
from .statistics import AnalysisRequest, SeriesStatistics
from .variables import variables_to_plot

LIVE_S = 1.0
"""Interval of the checks for new data."""
OFFERED = (
    "plot.y", "plot.x", "plot.form", "plot.over", "plot.which", "plot.analysis", "plot.closer",
    "plot.next_point", "plot.log_y", "plot.colour", "plot.save", "plot.help", "plot.close",
)  # fmt: skip


@dataclass(frozen=True)
class PlotResult:
    """The plot as it was left, and the run to go to."""

    state: PlotState
    run: RunKey | None = None


class PlotScreen(Screen[PlotResult]):
    """A plot over the whole screen, live."""

    DEFAULT_CSS = """
    PlotScreen {
        layout: vertical;
        & #plot-head {
            height: 1; background: $panel; color: $title-color; text-style: $title-style;
        }
        & #plot-legend { height: auto; min-height: 1; max-height: 3; padding-left: 1; }
        & #plot-statistics { width: 36; max-width: 45%; padding: 1 0 0 1; display: none; }
        & #plot-readout { height: 1; color: $readout-color; }
    }
    """
    BINDINGS = keymap.bindings("plot")

    @dataclass
    class Read(Message):
        """Posted when the data of runs was read."""

        request: RunDataRequest
        points: Points

    @dataclass
    class Analysed(Message):
        """Posted when the statistics of a series were computed."""

        request: AnalysisRequest
        statistics: SeriesStatistics

    def __init__(
        self,
        context: TableContext,
        state: PlotState,
        variable: str = "",
        *,
        previous: PlotState | None = None,
    ) -> None:
        """Create the screen.

        Args:
            context: The table.
            state: The initial plot.
            variable: The variable that is suggested for axes.
            previous: The plot before, which a key opens again.
        """
        super().__init__()
        self.model = PlotModel(state, context.zone)
        self.context = context
        self._variable = variable
        self._previous = previous
        self._source = PlotSource(context.rows)
        self._canvas = PlotCanvas()
        self._analysed: AnalysisRequest | None = None
        """What the shown statistics are of."""
        self._is_busy = False
        """True while a worker computes statistics."""

    def compose(self) -> ComposeResult:
        """Compose title, legend, plot, readout and keys."""
        yield Static(id="plot-head")
        yield Static(id="plot-legend")
        with Horizontal():
            yield self._canvas
            yield Static(id="plot-statistics")
        yield Static(id="plot-readout")
        yield ScreenFooter("plot")

    def on_mount(self) -> None:
        """Start, and stay live."""
        first = ("plot.previous",) if self._previous else ()
        self.query_one(ScreenFooter).offered = (*first, *OFFERED)
        self.refresh_data()
        self.set_interval(LIVE_S, self.refresh_data)

    @property
    def is_settled(self) -> bool:
        """True if the requested plot is on the screen."""
        return self.model.points is not UNREAD

    # Data

    def refresh_data(self) -> None:
        """Plot new data, if there is any."""
        state, source = self.model.state, self._source
        if not source.has_changed(state):
            return
        self.model.naming = source.naming(state)
        if state.over is Over.RUNS:
            self.model.points = source.points_over_runs(state)
        else:
            is_first = source.request is None
            if (request := source.next_request(state)) is not None:
                self.model.points = UNREAD if is_first else self.model.points
                left_out = len(source.keys(state)) - len(request.keys)
                self.read_data(request, self.model.naming, left_out)
        self.redraw()

    @work(thread=True, exclusive=True, group="plot")
    def read_data(self, request: RunDataRequest, naming: Naming, left_out: int) -> None:
        """Read the data of runs."""
        worker = get_current_worker()
        points = points_within(
            request,
            self.context.session.results.read_line,
            naming,
            left_out=left_out,
            is_cancelled=lambda: worker.is_cancelled,
        )
        if not worker.is_cancelled:
            self.post_message(self.Read(request, points))

    @on(Read)
    def show_data(self, event: Read) -> None:
        """Draw the loaded data, if it is the data requested."""
        if event.request == self._source.request and self.model.state.over is Over.WITHIN:
            self.model.points = event.points
            self.redraw()

    def redraw(self) -> None:
        """Draw the loaded data, and compute its statistics if they are shown."""
        self._draw()
        self._analyse()

    def _draw(self) -> None:
        size = self._canvas.size
        if not size.width or not size.height:
            return
        styles = self._canvas.styles_by_role()
        self._canvas.show(self.model.draw(size.width, size.height, styles))
        title = self._title()
        if self.model.state.form is Form.HISTOGRAM and self.model.drawn is not None:
            title.append(f"{self.model.drawn.bins} bins")
        self.query_one("#plot-head", Static).update(_line(" · ".join(map(visible, title))))
        self.query_one("#plot-legend", Static).update(self.model.legend(styles))
        self.query_one("#plot-readout", Static).update(_line(self.model.readout()))

    def _analyse(self) -> None:
        """Compute the statistics of what is drawn, unless they are shown; one at a time."""
        request, shown = self.model.analysis_request(), self._analysed
        self.query_one("#plot-statistics").display = request is not None
        if request is None or shown is None or not request.is_alike(shown):
            self._show_statistics(None, None)
        if request is not None and not self._is_busy and not request.is_same(shown):
            self._is_busy = True
            self.compute_statistics(request)

    @work(thread=True, group="statistics")
    def compute_statistics(self, request: AnalysisRequest) -> None:
        """Compute statistics, and fit."""
        self.post_message(self.Analysed(request, request.statistics()))

    @on(Analysed)
    def show_analysed(self, event: Analysed) -> None:
        """Show the statistics, or compute those of what has been drawn meanwhile."""
        self._is_busy = False
        request = self.model.analysis_request()
        if request is not None and event.request.is_alike(request):
            self._show_statistics(event.request, event.statistics)
        self._analyse()

    def _show_statistics(
        self, request: AnalysisRequest | None, statistics: SeriesStatistics | None
    ) -> None:
        if statistics is None and self.model.statistics is None:
            return
        self._analysed, self.model.statistics = request, statistics
        self._draw()
        text = self.model.statistics_text(self._canvas.styles_by_role())
        self.query_one("#plot-statistics", Static).update(text)

    def _title(self) -> list[str]:
        return self.model.title(len(self._source.keys(self.model.state)))

    def change(self, state: PlotState) -> None:
        """Change the plot state."""
        if state != self.model.state:
            self.model.state = state
            self.refresh_data()
            self.redraw()

    # View

    def action_log(self, axis: str) -> None:
        """Toggle the logarithmic scale of an axis."""
        self.change(self.model.state.toggled_log(axis))

    def action_bins(self, factor: float) -> None:
        """Multiply the number of bins by a factor."""
        self.change(self.model.with_bins(factor))

    def action_analysis(self, step: int) -> None:
        """Switch to the next fit, to statistics without one, or off."""
        self.change(self.model.state.next_analysis(step))

    def action_next_series(self) -> None:
        """Show the statistics of the next series."""
        self.change(self.model.next_series())

    def action_pan(self, across: float, up: float) -> None:
        """Pan by fractions of the visible range."""
        self.change(self.model.panned(across, up))

    def action_zoom(self, steps: int) -> None:
        """Zoom in or out."""
        self.change(self.model.zoomed(steps))

    def action_whole(self) -> None:
        """Show all data."""
        self.change(self.model.state.whole())

    def action_point(self, step: int) -> None:
        """Move the readout to another point."""
        self.change(self.model.stepped(step))

    def action_no_point(self) -> None:
        """Clear the readout."""
        self.change(replace(self.model.state, cursor=None))

    @on(DataCanvas.Resized)
    def fit(self, event: DataCanvas.Resized) -> None:
        """Draw at the resolution of the new size."""
        event.stop()
        self.redraw()

    @on(DataCanvas.Pointed)
    def point(self, event: DataCanvas.Pointed) -> None:
        """Read out the point nearest to the click."""
        event.stop()
        self.change(self.model.pointed(event.x, event.y))

    @on(DataCanvas.Wheeled)
    def turn(self, event: DataCanvas.Wheeled) -> None:
        """Zoom around the mouse."""
        event.stop()
        self.change(self.model.zoomed(event.steps, (event.x, event.y)))

    @on(PlotCanvas.Dragged)
    def drag(self, event: PlotCanvas.Dragged) -> None:
        """Pan with the mouse."""
        event.stop()
        self.change(self.model.dragged(event.across, event.down))

    # What is plotted

    def action_choose_y(self) -> None:
        """Choose the variables to plot."""

        def plot(name: str | None) -> None:
            # Enter on one of several variables checked with Tab keeps them all.
            if name is not None and name not in self.model.state.y:
                self.change(self.model.state.with_y(name))

        dialog = self._dialog("Y variables", self.model.state.y, most=MOST_Y)
        self.watch(dialog, "chosen", self._plot_several, init=False)
        self.app.push_screen(dialog, plot)

    def _plot_several(self, names: tuple[str, ...]) -> None:
        self.change(self.model.state.with_y(*names))

    def action_choose_x(self) -> None:
        """Choose the x axis."""
        own: list[VariableChoice] = []
        if self.model.state.over is Over.WITHIN:
            text = "its coordinate: trains, time, index"
            own = [
                VariableChoice(BEGIN, f"{text}, from start of each run"),
                VariableChoice("", text),
            ]

        def plot(name: str | None) -> None:
            if name is not None:
                self.change(self.model.state.fresh(x=name))

        dialog = self._dialog("X axis", (self.model.state.x,), first=own)
        self.app.push_screen(dialog, plot)

    def action_choose_colour(self) -> None:
        """Choose a third variable for the colours."""
        state = self.model.state
        if state.over is Over.WITHIN or state.form is Form.HISTOGRAM:
            self.notify("Only points over runs can be coloured (o, m).", markup=False, timeout=3)
            return

        def plot(name: str | None) -> None:
            if name is not None:
                form = Form.POINTS if name else self.model.state.form
                self.change(replace(self.model.state, colour=name, form=form))

        first = [VariableChoice("", "no colour")]
        dialog = self._dialog("Colour by", (state.colour,), first=first, texts=True)
        self.app.push_screen(dialog, plot)

    def _dialog(
        self,
        heading: str,
        chosen: Sequence[str],
        *,
        first: Sequence[VariableChoice] = (),
        texts: bool = False,
        most: int = 1,
    ) -> VariableDialog:
        state = self.model.state
        choices = variables_to_plot(
            self.context.rows,
            self._source.keys(state),
            data=state.over is Over.WITHIN,
            texts=texts,
        )
        return VariableDialog(
            heading, [*first, *choices], chosen, suggested=self._variable, most=most
        )

    def action_previous(self) -> None:
        """Switch between this plot and the one before."""
        if self._previous is None:
            self.notify("There is no previous plot.", markup=False, timeout=3)
            return
        previous, self._previous = self._previous, self.model.state
        self.change(previous)

    def action_swap(self) -> None:
        """Swap X and Y."""
        self.change(self.model.state.swapped())

    def action_next_over(self) -> None:
        """Switch between points per run and the data of each run."""
        state = self.model.state.next_over()
        if state.over is Over.WITHIN and self.context.rows.marked:
            state = replace(state, which=RunScope.MARKED)
        self.change(state)

    def action_next_which(self) -> None:
        """Switch to the next selection of runs."""
        self.change(self.model.state.next_which())

    def action_next_form(self) -> None:
        """Switch to the next form."""
        self.change(self.model.state.next_form())

    # Export

    def action_copy(self) -> None:
        """Copy the plot on the screen."""
        if self.model.drawn is not None:
            self.post_message(CopyRequested(self.model.plain_text()))

    def action_save(self) -> None:
        """Prompt for a file, and write the plot to it."""
        if self.model.drawn is None:
            self.notify("Nothing to save.", markup=False, timeout=3)
            return
        state = self.model.state
        x = () if state.x in ("", BEGIN) else (state.x,)
        name = "_".join((*state.y, *x)).replace("/", "_")
        self.app.push_screen(SaveDialog(default_folder() / f"{name}.png", ENDINGS), self._save)

    def _save(self, path: Path | None) -> None:
        if path is not None and (drawn := self.model.drawn) is not None:
            points, state, text = self.model.points, self.model.state, self.model.plain_text()
            write = partial(save_plot, points, state, drawn, self.model.fit, text)
            self.write_file(path, write, " · ".join(self._title()), self.model.report_text())

    @work(thread=True, group="save")
    def write_file(
        self, path: Path, write: Callable[[Path], None], description: str, drawing: str
    ) -> None:
        """Write a file, and report the result."""
        try:
            write(path)
        except DamnitError as error:
            self.post_message(FileSaved(path, str(error)))
        else:
            note_saved_picture(self.context.session, path, description, drawing)
            self.post_message(FileSaved(path))

    @on(FileSaved)
    def report_saved(self, event: FileSaved) -> None:
        """Report where the file is, or why it was not written."""
        notify_saved(self, event)

    # Leave the screen

    def action_open(self) -> None:
        """Go to the run of the point."""
        if self.model.drawn is None or self.model.state.cursor is None:
            self.notify("Select a point first: ← →, or click it.", markup=False, timeout=3)
        elif (key := self.model.run_at_cursor()) is not None:
            self.dismiss(PlotResult(self.model.state, key))

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from ..dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen("plot"))

    def action_close(self) -> None:
        """Return to the table."""
        self.dismiss(PlotResult(self.model.state))


def first_state(rows: Rows, name: str, marked: int) -> PlotState:
    """Return the first plot: the variable under the cursor, of the marked runs if several."""
    which = RunScope.MARKED if marked > 1 else RunScope.SHOWN
    if name in ("", RUN) or name in FIXED_NAMES:
        names = [choice.name for choice in variables_to_plot(rows, tuple(rows.keys))]
        name = next((n for n in names if n not in (RUN, TIME)), "")
        return PlotState((name,) if name else (), which=which)
    keys = list(rows.keys)
    numbers = (isinstance(v, int | float) for v in rows.scalars(name, keys))
    if any(numbers) or not any(rows.filled(name, keys)):
        return PlotState((name,), which=which)
    # Arrays can be plotted within runs only.
    return PlotState((name,), BEGIN, over=Over.WITHIN, which=which, form=Form.LINE)


def _line(text: str) -> Text:
    return Text(f" {text}", no_wrap=True, overflow="ellipsis", end="")
