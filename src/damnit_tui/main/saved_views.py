"""Views of the table that are saved under a name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError

from ..keymap.commands import complete_words
from ..sanitize import visible
from .runs_pane import RunsPane

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

VIEW_WORDS = ("save", "open", "delete", "list")


class SavedViews:
    """The command `:view`; files are read and written in workers.

    Args:
        pane: What is saved, and shows what is opened.
    """

    def __init__(self, pane: RunsPane) -> None:
        self.names: tuple[str, ...] = ()
        """The known views."""
        self._pane = pane

    def load_names(self) -> None:
        """Load the names, for the command line."""
        self._pane.run_worker(self._load_names(), group="views")

    def run_command(self, text: str) -> None:
        """Run `:view save NAME` and similar commands.

        Raises:
            FilterError: If it cannot be parsed.
        """
        word, _, name = text.partition(" ")
        name = name.strip()
        if word not in VIEW_WORDS:
            raise FilterError(f"{', '.join(VIEW_WORDS)}?", 0, len(word))
        if word != "list" and not name:
            raise FilterError("Missing name.", len(text), len(text))
        if word in ("open", "delete") and name not in self.names:
            known = ", ".join(self.names)
            hint = f"Available: {known}." if known else "Save one with :view save NAME."
            raise FilterError(
                f"Unknown view {name!r}.", len(text) - len(name), len(text), hint=hint
            )
        self._pane.run_worker(self._carry_out(word, name), group="views")

    def complete(self, text: str, cursor: int) -> Completion:
        """Complete the subcommand, or a view's name."""
        return complete_words(text, cursor, VIEW_WORDS, self.names)

    async def _load_names(self) -> None:
        from ..state.saved_views import list_views

        self.names = tuple(await asyncio.to_thread(list_views))

    async def _carry_out(self, word: str, name: str) -> None:
        from ..state.saved_views import delete_view, load_view, save_view

        message = ""
        try:
            if word == "save":
                await asyncio.to_thread(save_view, name, self._pane.view_state())
                message = f"View saved as {name}. To start with it: damnit-tui --view {name}"
            elif word == "open":
                self._pane.show_view(await asyncio.to_thread(load_view, name))
            elif word == "delete":
                await asyncio.to_thread(delete_view, name)
                message = f"View {name} deleted."
        except DamnitError as error:
            self._pane.notify(visible(str(error)), severity="error", markup=False)
        await self._load_names()
        if word == "list":
            names = ", ".join(self.names)
            message = f"Views: {names}" if names else "No saved views."
        if message:
            self._pane.notify(visible(message), markup=False)
