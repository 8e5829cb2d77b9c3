"""The app before there is a folder: which one shall it be?"""

from __future__ import annotations

from pathlib import Path

from textual.app import App

from . import themes
from .screens.proposals import ProposalsScreen


class ChooserApp(App[Path]):
    """Nothing but the list of proposals."""

    TITLE = "damnit-tui"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        themes.register(self)

    def on_mount(self) -> None:
        """Ask."""
        self.push_screen(ProposalsScreen(), self.exit)
