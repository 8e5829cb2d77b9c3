"""What the main screen says to who has never been here."""

from __future__ import annotations

import os
from dataclasses import dataclass

from textual import events, on, work
from textual.message import Message

from ..widgets.cell_bar import CellBar
from .base import MainPart

VARIABLE = "DAMNIT_TUI_TOUR"
"""Set to `off`, nobody is shown around: for programs that drive the app."""


class Touring(MainPart):
    """A part of the main screen: the tour, once for each user."""

    tours = False
    """Whether who is new is shown around."""

    @dataclass
    class IsNew(Message):
        """Somebody has never been here."""

    def begin_tour(self) -> None:
        """Look whether it is wanted."""
        if self.tours and os.environ.get(VARIABLE) != "off":
            self._look_for_tour()

    @work(thread=True, group="tour")
    def _look_for_tour(self) -> None:
        """Note it at once: it is shown once, whatever becomes of this app."""
        from ..state.storage import state_directory, write_json

        seen = state_directory() / "tour.json"
        try:
            if seen.exists():
                return
            write_json(seen, {"version": 1})
        except OSError:
            return  # a home directory that takes nothing: else it would come each time
        self.post_message(self.IsNew())

    @on(IsNew)
    def show_tour(self) -> None:
        """Show it, above the lines at the bottom."""
        from ..widgets.onboarding import OnboardingTips

        self.mount(OnboardingTips(), before=self.query_one(CellBar))

    def on_key(self, event: events.Key) -> None:
        """Esc takes it away first."""
        tours = self.query("OnboardingTips")
        if event.key == "escape" and tours:
            event.stop()
            event.prevent_default()
            tours.remove()
