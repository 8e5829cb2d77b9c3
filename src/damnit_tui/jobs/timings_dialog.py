"""Durations of the variables, and each one's share of a run."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from damnit_daemon.ledger import Timing
from damnit_daemon.text import format_duration

from ..dialogs.base import DialogScreen
from ..format import progress_bar
from ..sanitize import visible
from ..themes import component, component_classes


class TimingsDialog(DialogScreen):
    """The most expensive variable first."""

    DEFAULT_CSS = """
    TimingsDialog {
    }
    """
    COMPONENT_CLASSES = component_classes("trend", "quiet")

    def __init__(self, timings: Sequence[Timing]) -> None:
        """Create the dialog.

        Args:
            timings: Durations of the variables in the daemon's latest jobs.
        """
        super().__init__()
        self._timings = sorted(timings, key=lambda timing: -timing.total_s)

    def compose(self) -> ComposeResult:
        """Compose a scrolling table."""
        with VerticalScroll() as box:
            box.border_title = "Variable timings"
            box.border_subtitle = "Esc close"
            yield Static(id="timings")

    def on_mount(self) -> None:
        """Fill the table: only now the theme's colours are known."""
        if not self._timings:
            message = "No timings yet: no job has finished."
            self.query_one("#timings", Static).update(Text(message))
            return
        label = str(self.get_component_rich_style(component("quiet"), partial=True))
        total_s = sum(timing.total_s for timing in self._timings) or 1.0
        grid = Table.grid(padding=(0, 2))
        grid.add_column(overflow="fold")
        for _ in range(4):
            grid.add_column(justify="right", no_wrap=True)
        grid.add_column(no_wrap=True)
        titles = ("Variable", "Count", "Median", "95 %", "Share", "")
        grid.add_row(*(Text(title, label) for title in titles))
        for timing in self._timings:
            share = timing.total_s / total_s
            grid.add_row(
                Text(visible(timing.name)),
                Text(str(timing.count)),
                Text(format_duration(timing.median_s)),
                Text(format_duration(timing.p95_s)),
                Text(f"{100 * share:.1f} %"),
                Text(
                    progress_bar(share),
                    str(self.get_component_rich_style(component("trend"), partial=True)),
                ),
            )
        self.query_one("#timings", Static).update(grid)
