"""Report what happened in a shift."""

from __future__ import annotations

from damnit_daemon.query import FilterError

from .clipboard import Taking


class Reporting(Taking):
    """Part of the main screen: the shift report."""

    def do_report(self, text: str) -> None:
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
                raise FilterError("How many hours back, such as 8?", 0, len(text)) from None
        screen = ReportScreen(
            self.context, Reports(self.session.folder), self._shown_names(), hours=hours
        )
        self.call_after_refresh(self.app.push_screen, screen)
