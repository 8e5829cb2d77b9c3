"""The tour for new users."""

from __future__ import annotations

import os
from dataclasses import dataclass

from textual import events, on, work
from textual.message import Message

from ..widgets.cell_bar import CellBar
from .base import MainPart

VARIABLE = "DAMNIT_TUI_TOUR"
"""Set to `off` to disable the tour, for programs that drive the app."""


class Touring(MainPart):
    """Part of the main screen: the tour, once for each user."""

    tours = False
    """True if new users get the tour."""

    @dataclass
    class IsNew(Message):
        """Posted for a first-time user."""

    def begin_tour(self) -> None:
        """Check if the tour is due."""
        if self.tours and os.environ.get(VARIABLE) != "off":
            self._look_for_tour()

    @work(thread=True, group="tour")
    def _look_for_tour(self) -> None:
        """Record the tour at once: it is shown only once, even if the app crashes."""
        from ..state.storage import state_directory, write_json

        seen = state_directory() / "tour.json"
        try:
            if seen.exists():
                return
            write_json(seen, {"version": 1})
        except OSError:
            return  # an unwritable home directory: else it would appear each time
        self.post_message(self.IsNew())

    @on(IsNew)
    def show_tour(self) -> None:
        """Show the tour above the lines at the bottom."""
        from ..widgets.onboarding import OnboardingTips

        self.mount(OnboardingTips(), before=self.query_one(CellBar))

    def on_key(self, event: events.Key) -> None:
        """Close the tour with Esc first."""
        tours = self.query("OnboardingTips")
        if event.key == "escape" and tours:
            event.stop()
            event.prevent_default()
            tours.remove()
