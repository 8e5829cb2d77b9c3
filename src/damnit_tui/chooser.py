"""The app before there is a folder: which one shall it be?"""

from __future__ import annotations

from pathlib import Path

from .guarded import GuardedApp
from .screens.proposals import ProposalsScreen
from .themes import ThemedApp


class ChooserApp(GuardedApp[Path], ThemedApp[Path]):
    """Nothing but the list of proposals."""

    TITLE = "damnit-tui"
    ENABLE_COMMAND_PALETTE = False

    def on_mount(self) -> None:
        """Ask."""
        self.push_screen(ProposalsScreen(), self.exit)
