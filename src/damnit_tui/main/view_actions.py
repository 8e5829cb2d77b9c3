"""Open the screens that look at values: viewer, diagnosis, plot, details, differences, report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.timer import Timer

from damnit_daemon.model import Column, RunKey
from damnit_daemon.query import FilterError

from ..data.feed import Feed
from ..fixed_columns import FIXED_NAMES, TIME
from ..sanitize import visible
from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.widget import RunTable
from .graphics import GraphicsChoice
from .preview import PreviewPane
from .view_imports import are_imported, import_views, views_imported

if TYPE_CHECKING:
    from ..plot.screen import PlotResult
    from ..plot.state import PlotState
    from ..viewer.screen import ViewerScreen

WARM_S = 0.25
"""Interval of checks for an idle moment."""


class ViewActions:
    """Actions of the main screen that open views of values.

    Args:
        owner: The main screen.
        context: What those views are given.
        table: The table, whose cursor and marks say what to look at.
        graphics: How images are drawn.
        preview: The pane beside the table.
    """

    def __init__(
        self,
        owner: Screen[None],
        context: TableContext,
        table: RunTable,
        graphics: GraphicsChoice,
        preview: PreviewPane,
    ) -> None:
        self._owner = owner
        self._context = context
        self._table = table
        self._graphics = graphics
        self._preview = preview
        self._viewer: ViewerScreen | None = None
        """The viewer over the table, while it is open."""
        self._plot: PlotState | None = None
        """The last plot, to offer it again."""
        self._warming: Timer | None = None

    def start(self, feed: Feed) -> None:
        """Import what the first view would wait for, once everything has been read."""
        self._warming = self._owner.set_interval(WARM_S, partial(self._warm_up, feed))

    def _warm_up(self, feed: Feed) -> None:
        if feed.has_all and self._warming is not None:
            self._warming.stop()
            self._owner.run_worker(self._import, group="imports", thread=True)

    def _import(self) -> None:
        self._context.session.results.start()
        import_views()

    def _when_imported(self, push: Callable[[], object]) -> None:
        """Open a screen: at once if possible, so that the next key goes there."""
        if are_imported():
            push()
        else:
            self._owner.run_worker(self._import_and(push), group="imports")

    async def _import_and(self, push: Callable[[], object]) -> None:
        await views_imported()
        push()

    # One cell

    def open_cell(self, address: CellAddress) -> None:
        """Open a value, or the run for its start time; explain an empty cell."""
        value = self._context.cell(address)[1]
        if address.name == TIME.name and value is not None:
            self.details()
        elif value is None or value.value is None:
            self.explain(address)
        else:
            self.view(address)

    def view(self, address: CellAddress) -> None:
        """View a cell in full screen."""
        self._when_imported(partial(self._push_viewer, address))

    def _push_viewer(self, address: CellAddress) -> None:
        from ..viewer.screen import ViewerScreen

        self._viewer = ViewerScreen(self._context, address, graphics=self._graphics.current)
        self._owner.app.push_screen(self._viewer, self._viewer_closed)

    def _viewer_closed(self, _: None) -> None:
        self._viewer = None

    def why(self) -> None:
        """Explain why the cell under the cursor is empty."""
        if self._table.cursor is not None:
            self.explain(self._table.cursor)

    def explain(self, address: CellAddress) -> None:
        """Explain why a cell is empty."""
        from ..diagnosis.dialog import DiagnosisScreen

        self._owner.app.push_screen(DiagnosisScreen(self._context, address))

    def history(self) -> None:
        """List the values that the cell under the cursor has had."""
        if self._table.cursor is not None:
            self.show_history(self._table.cursor)

    def show_history(self, address: CellAddress) -> None:
        """List the values that a cell has had."""
        if address.name == TIME.name:
            self._owner.notify("The start time has no history.", markup=False)
            return
        if address.name in self._table.rows.derived_names:
            text = "A derived column has no history of its own: see the columns it is derived from."
            self._owner.notify(text, markup=False)
            return
        from ..compare.history_screen import HistoryScreen

        self._owner.app.push_screen(HistoryScreen(self._context, address))

    def refresh(self, changed: Collection[CellAddress]) -> None:
        """Refresh open views of values that were recomputed."""
        if self._preview.view is not None and self._preview.view.address in changed:
            self._preview.show_cell(self._preview.view.address)
        if self._viewer is not None and self._viewer.address in changed:
            self._viewer.reload()

    def use_pixels(self, has_pixels: bool) -> None:
        """Apply the terminal's reply about pixel graphics."""
        self._graphics.has_pixels = has_pixels
        self._use_graphics()

    def set_graphics(self, text: str) -> None:
        """Switch how images are drawn.

        Raises:
            FilterError: If the setting is not valid.
        """
        self._graphics.set(text)
        self._use_graphics()
        self._owner.notify(self._graphics.describe(), markup=False, timeout=4)

    def _use_graphics(self) -> None:
        self._preview.use_graphics()
        if self._viewer is not None:
            self._viewer.view.use(self._graphics.current)

    # Several cells

    def plot(self) -> None:
        """Plot the column under the cursor; the last plot is offered, too."""
        self._when_imported(self._push_plot)

    def plot_variable(self, name: str) -> None:
        """Plot a variable over runs."""
        from ..plot.state import PlotState

        self._when_imported(partial(self._push_plot, PlotState((name,))))

    def restore_plot(self, saved: Mapping[str, object]) -> None:
        """Take the last plot of an earlier session."""
        if saved and self._plot is None:
            from ..plot.state import PlotState

            self._plot = PlotState.from_json(saved)

    def plot_as_json(self) -> dict[str, object]:
        """Return the last plot, to save it; empty if there was none."""
        return self._plot.as_json() if self._plot is not None else {}

    def _push_plot(self, state: PlotState | None = None) -> None:
        from ..plot.screen import PlotScreen, first_state

        table = self._table
        name = table.cursor.name if table.cursor else ""
        last = self._plot
        if (
            state is None
            and last is not None
            and (name in last.y or not name or name in FIXED_NAMES)
        ):
            state, last = last, None
        state = state or first_state(table.rows, name, len(table.marked))
        screen = PlotScreen(self._context, state, name, previous=last)
        self._owner.app.push_screen(screen, self._plot_closed)

    def _plot_closed(self, result: PlotResult | None) -> None:
        if result is not None:
            self._plot = result.state
            if result.run is not None:
                self.go_to(result.run)

    def go_to(self, key: RunKey, name: str = "") -> None:
        """Move the cursor to a run, and to a column if one is given."""
        if self._table.rows.position(key) is None:
            self._owner.notify(f"Run {key.run} is hidden by the filter.", markup=False)
        elif self._table.cursor is not None:
            self._table.move_to(key, name or self._table.cursor.name)

    def details(self) -> None:
        """Show all values of the run."""
        from ..compare.details_screen import DetailsScreen

        if (cursor := self._table.cursor) is not None:
            self._owner.app.push_screen(DetailsScreen(self._context, cursor.key))

    def differences(self) -> None:
        """Show the differences between the marked runs, or between this run and the one below."""
        keys = sorted(self._table.marked)
        cursor, rows = self._table.cursor, self._table.rows
        if len(keys) < 2 and cursor is not None:
            position = rows.position(cursor.key) or 0
            beside = rows.keys[position + 1 : position + 2] or rows.keys[position - 1 : position]
            # A single marked run is compared with the run under the cursor.
            others = [key for key in keys if key != cursor.key] or beside
            keys = [cursor.key, *others]
        if len(keys) < 2:
            self._owner.notify("No other run to compare with.", markup=False)
            return
        self._when_imported(partial(self._push_differences, keys))

    def _push_differences(self, keys: Collection[RunKey]) -> None:
        from ..compare.differences_screen import DifferencesScreen

        self._owner.app.push_screen(DifferencesScreen(self._context, list(keys)))

    def groups(self) -> None:
        """Group the marked runs, or those shown, by the values under the cursor."""
        cursor = self._table.cursor
        index = self._table.view.index_of(cursor.name) if cursor is not None else None
        if index is not None:
            self._push_groups(self._table.view.columns[index])

    def group_by(self, text: str) -> None:
        """Group the marked runs, or those shown, by the values of a column.

        Raises:
            FilterError: If there is no such column.
        """
        from damnit_daemon.query import parse_sort

        found = parse_sort(text, self._table.rows.columns)
        if len(found) != 1:
            raise FilterError("Name one column.", 0, len(text))
        self._push_groups(found[0].column)

    def _push_groups(self, column: Column) -> None:
        from ..compare.groups_screen import GroupsScreen

        rows = self._table.rows
        keys = list(rows.chosen)
        if not keys:
            self._owner.notify("No run matches the filter.", markup=False)
            return
        scalars, filled = rows.scalars(column.name, keys), rows.filled(column.name, keys)
        if any(filled) and all(scalar is None for scalar in scalars):
            message = f"{visible(column.title)} has no numbers or texts to group these runs by."
            self._owner.notify(message, markup=False)
            return
        self._owner.app.push_screen(GroupsScreen(self._context, column))

    def report(self, text: str) -> None:
        """Show what happened since the last report, or in the given number of hours.

        Raises:
            FilterError: If the text is not a number of hours.
        """
        from ..report.collect import Reports
        from ..report.screen import ReportScreen

        hours = None
        if text.strip():
            try:
                hours = float(text.strip().removesuffix("h"))
            except ValueError:
                raise FilterError("Not a number of hours, such as 8.", 0, len(text)) from None
        reports = Reports(self._context.session.folder, zone=self._context.zone)
        screen = ReportScreen(self._context, reports, self._context.shown_names, hours=hours)
        self._owner.call_after_refresh(self._owner.app.push_screen, screen)
