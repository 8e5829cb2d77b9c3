"""The app before a folder is open: choose one."""

from __future__ import annotations

from pathlib import Path

from ..guard import GuardedApp
from ..themed_app import ThemedApp
from .screen import ProposalsScreen


class FolderPickerApp(GuardedApp[Path], ThemedApp[Path]):
    """Only the list of proposals."""

    TITLE = "damnit-tui"
    ENABLE_COMMAND_PALETTE = False

    def on_mount(self) -> None:
        """Show the list of proposals."""
        self.push_screen(ProposalsScreen(), self.exit)
