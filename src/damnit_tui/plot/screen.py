"""The plot screen: variables against each other, over runs or within them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from damnit_daemon.model import RunKey

from .. import keymap
from ..data.session import Session
from ..sanitize import visible
from ..table.rows import Rows
from ..widgets.canvas import DataCanvas
from ..widgets.screen_footer import ScreenFooter
from .base import PlotSurroundings
from .canvas import PlotCanvas
from .data import Naming, Points, points_over_runs
from .export_actions import PlotTaking
from .readout import nearest, readout, stepped
from .render import Drawn, blank, draw_points
from .run_data import RunDataRequest, points_within, wanted_for
from .state import BEGIN, RUN, TIME, Form, Over, PlotState, RunScope
from .variable_choice import PlotChoosing
from .variables import naming_of, variables_to_plot

LIVE_S = 1.0
"""Interval of the checks for new data."""
ZOOM = 1.5
NO_BREAK = "\xa0"
OFFERED = (
    "plot.y", "plot.x", "plot.form", "plot.over", "plot.which", "plot.closer", "plot.next_point",
    "plot.log_y", "plot.colour", "plot.save", "plot.help", "plot.close",
)  # fmt: skip


class PlotScreen(PlotChoosing, PlotTaking):
    """A plot over the whole screen, live."""

    DEFAULT_CSS = """
    PlotScreen {
        layout: vertical;
        & #plot-head { height: 1; background: $panel; color: $text-primary; text-style: bold; }
        & #plot-legend { height: auto; min-height: 1; max-height: 3; padding-left: 1; }
        & #plot-readout { height: 1; color: $text-accent; }
    }
    """
    BINDINGS = keymap.bindings("plot")

    @dataclass
    class Read(Message):
        """Posted when the data of runs was read."""

        wanted: RunDataRequest
        points: Points

    def __init__(
        self,
        session: Session,
        state: PlotState,
        surroundings: PlotSurroundings,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.state = state
        self.points = Points(problem="…")
        self.drawn: Drawn | None = None
        self._session = session
        self._around = surroundings
        self._zone = zone
        self._pane = PlotCanvas()
        self._seen: object = None
        self._wanted: RunDataRequest | None = None

    def compose(self) -> ComposeResult:
        """Compose title, legend, plot, readout and keys."""
        yield Static(id="plot-head")
        yield Static(id="plot-legend")
        yield self._pane
        yield Static(id="plot-readout")
        yield ScreenFooter("plot")

    def on_mount(self) -> None:
        """Start, and stay live."""
        self.query_one(ScreenFooter).wanted = OFFERED
        self.look()
        self.set_interval(LIVE_S, self.look)

    @property
    def is_settled(self) -> bool:
        """True if the requested plot is on the screen."""
        return self.points.problem != "…"

    # Data

    def look(self) -> None:
        """Check whether there is new data to plot."""
        keys = self._keys()
        if self.state.over is Over.WITHIN:
            self._look_within(keys)
            return
        rows = self._around.rows
        versions = tuple(rows.version(key) for key in keys)
        seen = (self._question(), keys, versions)
        if seen == self._seen:
            return
        self._seen = seen
        self.points = points_over_runs(self.state, rows, keys, self._naming())
        self.redraw()

    def _look_within(self, keys: tuple[RunKey, ...]) -> None:
        rows = self._around.rows
        names = [n for n in (*self.state.y, self.state.x) if n not in ("", BEGIN)]
        values = [rows.value(key, name) for name in names for key in keys]
        stamps = [value.timestamp if value is not None else 0.0 for value in values]
        wanted = wanted_for(self.state, keys, stamps)
        seen = (self._question(), wanted)
        if seen == self._seen:
            return
        if wanted != self._wanted:
            self.points = Points(problem="…") if self._wanted is None else self.points
            self._wanted = wanted
            self.read_data(wanted, self._naming(), len(keys) - len(wanted.keys))
        self._seen = seen
        self.redraw()

    @work(thread=True, exclusive=True, group="plot")
    def read_data(self, wanted: RunDataRequest, naming: Naming, left_out: int) -> None:
        """Read the data of runs."""
        worker = get_current_worker()
        points = points_within(
            wanted,
            self._session.results.read_line,
            naming,
            left_out=left_out,
            is_cancelled=lambda: worker.is_cancelled,
        )
        if not worker.is_cancelled:
            self.post_message(self.Read(wanted, points))

    @on(Read)
    def take_in(self, event: Read) -> None:
        """Draw the loaded data, if it is the data requested."""
        if event.wanted == self._wanted and self.state.over is Over.WITHIN:
            self.points = event.points
            self.redraw()

    def redraw(self) -> None:
        """Draw the loaded data."""
        size = self._pane.size
        if not size.width or not size.height:
            return
        styles = self._pane.styles_by_role()
        self.drawn = None
        if self.points.problem:
            lines = blank(size.width, visible_text(self.points.problem), styles["label"])
            self._pane.show(lines)
        else:
            self.drawn = draw_points(
                self.points, self.state, size.width, size.height, styles, self._zone
            )
            self._pane.show(self.drawn.frame.lines)
        self._tell()

    def what_is_plotted(self) -> list[str]:
        """Describe the plotted variables and runs."""
        state, naming = self.state, self._naming()
        told = ", ".join(map(naming.label, state.y)) or "nothing yet"
        if state.form is not Form.HISTOGRAM:
            own = state.x in ("", BEGIN)
            x = self.points.x_label or "its coordinate" if own else naming.label(state.x)
            told = f"{told} over {x}"
        runs = len(self._keys())
        which = f"{state.which.value} ({runs})"
        return [told, state.form.value, state.over.value, which]

    def _tell(self) -> None:
        state, parts = self.state, self.what_is_plotted()
        if state.form is Form.HISTOGRAM and self.drawn is not None:
            parts.append(f"{self.drawn.bins} bins")
        self.query_one("#plot-head", Static).update(_line(" · ".join(map(visible, parts))))
        styles = self._pane.styles_by_role()
        legend = Text(overflow="ellipsis", end="")
        for text, role in self.drawn.legend if self.drawn is not None else ():
            # Wrapped between its parts, not within.
            legend.append(text.replace(" ", NO_BREAK), styles[role])
            legend.append("" if role.startswith("shade") else " ")
        self.query_one("#plot-legend", Static).update(legend)
        said = ""
        if self.drawn is not None:
            said = readout(self.points, state, self.drawn.shown, self._zone)
        self.query_one("#plot-readout", Static).update(_line(said))

    def _question(self) -> object:
        """Return everything that determines the points."""
        state = self.state
        return state.y, state.x, state.colour, state.over, state.which, state.form

    def _keys(self) -> tuple[RunKey, ...]:
        rows, which = self._around.rows, self.state.which
        if which is RunScope.MARKED:
            return tuple(self._around.marked())
        return tuple(rows.all_keys if which is RunScope.ALL else rows.keys)

    def _naming(self) -> Naming:
        names = (*self.state.y, self.state.x, self.state.colour)
        return naming_of(self._around.rows, names)

    def change(self, state: PlotState) -> None:
        """Change the plot state."""
        if state == self.state:
            return
        self.state = state
        self._around.keep(state)
        self.look()
        self.redraw()

    @on(DataCanvas.Resized)
    def fit(self, event: DataCanvas.Resized) -> None:
        """Draw at the resolution of the new size."""
        event.stop()
        self.redraw()

    # View

    def action_log(self, axis: str) -> None:
        """Toggle the logarithmic scale of an axis."""
        if axis == "x":
            changed = replace(self.state, log_x=not self.state.log_x, window=None, cursor=None)
        else:
            changed = replace(self.state, log_y=not self.state.log_y, span=None, cursor=None)
        self.change(changed)

    def action_bins(self, factor: float) -> None:
        """Multiply the number of bins by a factor."""
        if self.drawn is not None and self.state.form is Form.HISTOGRAM:
            self.change(self.state.with_bins(factor, self.drawn.bins))

    def action_pan(self, across: float, up: float) -> None:
        """Pan by fractions of the visible range."""
        if self.drawn is not None:
            up = 0 if self.state.form is Form.HISTOGRAM else up
            self.change(self.state.panned(across, up, self.drawn.shown))

    def action_zoom(self, steps: int) -> None:
        """Zoom in or out."""
        if self.drawn is not None:
            self.change(self.state.zoomed(ZOOM**steps, self.drawn.shown))

    def action_whole(self) -> None:
        """Show all data."""
        self.change(self.state.whole())

    def action_point(self, step: int) -> None:
        """Move the readout to another point."""
        if self.drawn is None:
            return
        if self.state.form is Form.HISTOGRAM:
            low, high = self.drawn.shown[0]
            at = self.state.cursor[0] if self.state.cursor else (low + high) / 2
            width = (high - low) / max(1, self.drawn.bins)
            self.change(replace(self.state, cursor=(at + step * width, 0.0)))
            return
        place = stepped(self.points, self.state, step, self.drawn.shown)
        if place is not None:
            self.change(replace(self.state, cursor=place))

    def action_no_point(self) -> None:
        """Clear the readout."""
        self.change(replace(self.state, cursor=None))

    @on(DataCanvas.Pointed)
    def point(self, event: DataCanvas.Pointed) -> None:
        """Read out the point nearest to the click."""
        event.stop()
        if (place := self._data_at(event.x, event.y)) is not None:
            self.change(replace(self.state, cursor=place))

    @on(DataCanvas.Wheeled)
    def turn(self, event: DataCanvas.Wheeled) -> None:
        """Zoom around the mouse."""
        event.stop()
        if self.drawn is not None:
            at = self._data_at(event.x, event.y)
            self.change(self.state.zoomed(ZOOM**event.steps, self.drawn.shown, at))

    @on(PlotCanvas.Dragged)
    def drag(self, event: PlotCanvas.Dragged) -> None:
        """Pan with the mouse."""
        event.stop()
        if self.drawn is not None:
            place = self.drawn.frame.place
            self.action_pan(-event.across / max(1, place.width), event.down / max(1, place.height))

    def _data_at(self, x: int, y: int) -> tuple[float, float] | None:
        """Return the data position of a character."""
        if self.drawn is None or not self.drawn.frame.place.holds(x, y):
            return None
        frame, (_, (low, high)) = self.drawn.frame, self.drawn.shown
        share = 1 - (y - frame.place.top + 0.5) / frame.place.height
        return frame.x_at(x + 0.5), low + share * (high - low)

    # Leave the screen

    def action_open(self) -> None:
        """Go to the run of the point."""
        state = self.state
        if self.drawn is None or state.cursor is None:
            self.notify("Choose a point first: ← →, or click on it.", markup=False, timeout=3)
            return
        found = nearest(self.points, state, state.cursor, self.drawn.shown)
        group = self.points.groups[found[0]] if found else None
        if group is not None and found is not None and group.runs is not None:
            key = self.points.keys[int(group.runs[found[1]])]
            self.dismiss()
            self._around.go_to(key)

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from ..dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen("plot"))

    def action_close(self) -> None:
        """Return to the table."""
        self.dismiss()


def first_state(rows: Rows, name: str, marked: int) -> PlotState:
    """Return the first plot: the variable under the cursor, of the marked runs if several."""
    which = RunScope.MARKED if marked > 1 else RunScope.SHOWN
    if name in (RUN, TIME, "comment", ""):
        names = [choice.name for choice in variables_to_plot(rows, tuple(rows.keys))]
        name = next((n for n in names if n not in (RUN, TIME)), "")
        return PlotState((name,) if name else (), which=which)
    keys = list(rows.keys)
    numbers = (isinstance(v, int | float) for v in rows.scalars(name, keys))
    if any(numbers) or not any(rows.filled(name, keys)):
        return PlotState((name,), which=which)
    # Arrays can be plotted within runs only.
    return PlotState((name,), BEGIN, over=Over.WITHIN, which=which, form=Form.LINE)


def visible_text(text: str) -> str:
    """Return text wrapped in lines, made printable."""
    return "\n".join(map(visible, text.split("\n")))


def _line(text: str) -> Text:
    return Text(f" {text}", no_wrap=True, overflow="ellipsis", end="")
