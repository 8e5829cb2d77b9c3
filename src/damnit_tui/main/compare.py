"""Plot and compare several runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from damnit_daemon.model import RunKey

from ..table.viewport import CellAddress
from .clipboard import Taking

if TYPE_CHECKING:
    from ..compare.list_screen import ListSurroundings
    from ..plot.state import PlotState


class Comparing(Taking):
    """Part of the main screen: plot, run details, differences."""

    if TYPE_CHECKING:
        _when_imported: Callable[[Callable[[], object]], None]
        explain: Callable[[CellAddress], None]
        inspect: Callable[[CellAddress], None]

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
        from ..plot.base import PlotSurroundings
        from ..plot.screen import PlotScreen, first_state

        table = self.table
        name = table.cursor.name if table.cursor else ""
        if self.plot_state is None:
            self.plot_state = first_state(table.rows, name, len(table.marked))
        around = PlotSurroundings(
            table.rows,
            marked=lambda: sorted(table.marked),
            cursor_name=lambda: table.cursor.name if table.cursor else "",
            keep=self._keep_plot,
            go_to=self._go_to,
            copy=self.copy_text,
        )
        self.app.push_screen(PlotScreen(self.session, self.plot_state, around, self._zone))

    def _keep_plot(self, state: PlotState) -> None:
        self.plot_state = state

    def _go_to(self, key: RunKey) -> None:
        if self.table.rows.position(key) is None:
            self.notify(f"The filter hides run {key.run}.", markup=False)
        elif self.table.cursor is not None:
            self.table.move_to(key, self.table.cursor.name)

    def action_details(self) -> None:
        """Show all values of the run."""
        from ..compare.details_screen import DetailsScreen

        cursor = self.table.cursor
        if cursor is not None:
            self.app.push_screen(
                DetailsScreen(
                    self.session,
                    cursor.key,
                    self._list_surroundings(),
                    clock=self._clock,
                    zone=self._zone,
                )
            )

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

        self.app.push_screen(DifferencesScreen(keys, self._list_surroundings()))

    def _list_surroundings(self) -> ListSurroundings:
        from ..compare.list_screen import ListSurroundings

        return ListSurroundings(
            self.table.rows,
            work=lambda: self.status.work,
            inspect=self.inspect,
            explain=self.explain,
            walked=self._go_to,
            copy=self.copy_text,
            plot=self.plot,
        )
