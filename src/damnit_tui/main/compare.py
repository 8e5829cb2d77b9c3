"""Plot and compare several runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from damnit_daemon.model import RunKey

from .clipboard import Taking

if TYPE_CHECKING:
    from ..plot.screen import PlotResult
    from ..plot.state import PlotState


class Comparing(Taking):
    """Part of the main screen: plot, run details, differences."""

    if TYPE_CHECKING:
        _when_imported: Callable[[Callable[[], object]], None]

    plot_state: PlotState | None = None
    """The last plot, to reopen it."""

    def action_plot(self) -> None:
        """Reopen the last plot; the first time, plot the column under the cursor."""
        self._when_imported(self._push_plot)

    def plot(self, name: str) -> None:
        """Plot a variable over runs."""
        from ..plot.state import PlotState

        self.plot_state = PlotState((name,))
        self.action_plot()

    def _push_plot(self) -> None:
        from ..plot.screen import PlotScreen, first_state

        table = self.table
        name = table.cursor.name if table.cursor else ""
        if self.plot_state is None:
            self.plot_state = first_state(table.rows, name, len(table.marked))
        self.app.push_screen(PlotScreen(self.context, self.plot_state, name), self._plot_closed)

    def _plot_closed(self, result: PlotResult | None) -> None:
        if result is not None:
            self.plot_state = result.state
            if result.run is not None:
                self.go_to(result.run)

    def go_to(self, key: RunKey, name: str = "") -> None:
        """Move the cursor to a run, and to a column if one is given."""
        if self.table.rows.position(key) is None:
            self.notify(f"The filter hides run {key.run}.", markup=False)
        elif self.table.cursor is not None:
            self.table.move_to(key, name or self.table.cursor.name)

    def action_details(self) -> None:
        """Show all values of the run."""
        from ..compare.details_screen import DetailsScreen

        cursor = self.table.cursor
        if cursor is not None:
            self.app.push_screen(DetailsScreen(self.context, cursor.key))

    def action_differences(self) -> None:
        """Show the differences between the marked runs, or between this run and the one below."""
        keys = sorted(self.table.marked)
        cursor, rows = self.table.cursor, self.table.rows
        if len(keys) < 2 and cursor is not None:
            position = rows.position(cursor.key) or 0
            beside = rows.keys[position + 1 : position + 2] or rows.keys[position - 1 : position]
            # A single marked run is compared with the run under the cursor.
            others = [key for key in keys if key != cursor.key] or beside
            keys = [cursor.key, *others]
        if len(keys) < 2:
            self.notify("There is no other run to compare with.", markup=False)
            return
        self._when_imported(lambda: self._push_differences(keys))

    def _push_differences(self, keys: Sequence[RunKey]) -> None:
        from ..compare.differences_screen import DifferencesScreen

        self.app.push_screen(DifferencesScreen(self.context, keys))
