"""The app before there is a folder: which one shall it be?"""

from __future__ import annotations

from pathlib import Path

from ..guard import GuardedApp
from ..themes import ThemedApp
from .screen import ProposalsScreen


class FolderPickerApp(GuardedApp[Path], ThemedApp[Path]):
    """Nothing but the list of proposals."""

    TITLE = "damnit-tui"
    ENABLE_COMMAND_PALETTE = False

    def on_mount(self) -> None:
        """Ask."""
        self.push_screen(ProposalsScreen(), self.exit)
