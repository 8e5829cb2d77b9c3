"""Save and restore the table's state, so that a dropped connection loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError

from ..keymap.commands import complete_words
from ..sanitize import visible
from ..state.autosave import Autosave
from ..state.cli_overrides import CliOverrides
from ..state.saved_state import SavedState
from ..state.view_state import ViewState
from ..table.selection import RunSelection
from .column_selection import Choosing
from .command_line import Commanding

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

VIEW_WORDS = ("save", "open", "delete", "list")
PATIENCE_S = 2.0
"""How long to wait for the saved state before starting without it."""
LOOK_S = 0.05


class Keeping(Commanding, Choosing):
    """Part of the main screen: saved state and named views."""

    keeper: Autosave
    wanted = CliOverrides()
    theme = ""
    """The theme of the user's settings, until another one is chosen."""
    problems: tuple[str, ...] = ()
    """Invalid entries of the user's settings; reported once."""
    view_names: tuple[str, ...] = ()
    _is_view_restored = False
    _is_restored = False
    _columns_wanted = ""
    _waited_s = 0.0
    _has_complained = False

    @dataclass
    class ViewsRead(Message):
        """A named view was read or written."""

        names: tuple[str, ...]
        told: str = ""
        failed: bool = False
        opened: ViewState | None = None

    def keep_in(self, directory: Path) -> None:
        """Save the table's state in this directory instead of the user's."""
        self.keeper = Autosave(
            self.session.load_db_id, self.session.folder.path, directory=directory
        )

    # Restoring

    @property
    def is_restored(self) -> bool:
        """True once the state is restored; without runs there is nothing to restore."""
        return self._is_restored or not self.table.rows.all_keys

    def begin_keeping(self) -> None:
        """Start reading the saved state."""
        self.keeper.begin()
        if self.theme in self.app.available_themes:
            self.app.theme = self.theme
        elif self.theme:
            self.problems += (f"There is no theme {self.theme!r}.",)
        if self.problems:
            told = "\n".join(visible(problem) for problem in self.problems)
            self.notify(told, title="Settings", severity="warning", markup=False, timeout=15)
        self._restoring = self.set_interval(LOOK_S, self._look_for_kept)

    def restore(self) -> None:
        """Restore the table's state, once it and its runs are loaded."""
        kept = self.keeper.loaded
        if self._is_restored or not self.table.rows.all_keys:
            return
        if kept is None:
            if self._waited_s < PATIENCE_S:
                return
            kept = SavedState()
        if not self._is_view_restored:
            self._is_view_restored = True
            self._restore_habits(kept)
            self._restore_view(self.wanted.view or kept.view)
        # The first update has only the newest runs: marks and cursor may be on others.
        if self.has_all_runs:
            self._is_restored = True
            self._restoring.stop()
            self._restore_place(kept)

    def _restore_habits(self, kept: SavedState) -> None:
        self.filter_history, self.command_history = kept.filters, kept.commands
        if kept.theme in self.app.available_themes and not self.theme:
            self.app.theme = self.chosen_theme = kept.theme
        drafts = self.session.edits.drafts
        drafts.update({cell: typed for cell, typed in kept.drafts.items() if cell not in drafts})

    def _look_for_kept(self) -> None:
        self._waited_s += LOOK_S
        self.restore()

    def _restore_view(self, view: ViewState) -> None:
        wanted = self.wanted
        self.table.show_notes(self.table.lines.notes, folded=view.notes_folded)
        self.table.show_height(view.row_height)
        if view.selection:
            self.select_columns(view.selection)
        self._columns_wanted = wanted.columns
        self._show_wanted_columns()
        if (wanted.filter or view.filter) or (wanted.sort or view.sort):
            self.want(wanted.filter or view.filter, wanted.sort or view.sort)
            self.arrange_wanted()

    def _show_wanted_columns(self) -> None:
        text, self._columns_wanted = self._columns_wanted, ""
        if text and not self._try_wanted("Columns", self.set_columns, text):
            self._columns_wanted = text

    def _restore_place(self, kept: SavedState) -> None:
        self._show_wanted_columns()
        table = self.table
        if marks := kept.marks & {*table.rows.all_keys}:
            table.marks = RunSelection(marks)
        if kept.follow:
            self.action_follow()
        elif kept.cursor is not None:
            key, name = kept.cursor
            index = table.rows.column_index(name)
            if table.rows.position(key) is not None:
                table.move_to(key, name if index is not None else None)

    # Keeping

    def present_view(self) -> ViewState:
        """Return the current filter, order, columns and notes."""
        arrangement = self.table.rows.arrangement
        return ViewState(
            arrangement.filter.text if arrangement.filter else "",
            ",".join(str(key) for key in arrangement.sort),
            self.selection,
            self.table.lines.folded,
            self.table.row_height,
        )

    def keep(self) -> None:
        """Queue the current state for saving. Call periodically, and at the end."""
        if not self._is_restored:
            return
        table = self.table
        self.keeper.note(
            SavedState(
                self.present_view(),
                table.marked,
                table.follow,
                (table.cursor.key, table.cursor.name) if table.cursor else None,
                dict(self.session.edits.drafts),
                self.filter_history,
                self.command_history,
                self.chosen_theme,
            )
        )
        if self.keeper.problem and not self._has_complained:
            self._has_complained = True
            self.notify(
                f"The view is not kept: {visible(self.keeper.problem)}",
                severity="warning",
                markup=False,
            )

    def end_keeping(self) -> None:
        """Write what is still pending."""
        self.keep()
        self.keeper.close()

    # Named views

    async def open_command_line(self, text: str = "") -> None:
        """Prompt for a command; load the names of the views meanwhile."""
        await super().open_command_line(text)
        self.use_views("list", "", quiet=True)

    def do_view(self, text: str) -> None:
        """Run `:view save NAME` and similar commands.

        Raises:
            FilterError: If it cannot be parsed.
        """
        word, _, name = text.partition(" ")
        name = name.strip()
        if word not in VIEW_WORDS:
            raise FilterError(f"{', '.join(VIEW_WORDS)}?", 0, len(word))
        if word != "list" and not name:
            raise FilterError("A name is missing.", len(text), len(text))
        if word in ("open", "delete") and name not in self.view_names:
            known = ", ".join(self.view_names)
            hint = f"There are {known}." if known else "Keep one with :view save NAME."
            raise FilterError(
                f"There is no view {name!r}.", len(text) - len(name), len(text), hint=hint
            )
        self.use_views(word, name)

    def complete_view(self, text: str, cursor: int) -> Completion:
        """Complete the subcommand, or a view's name."""
        return complete_words(text, cursor, VIEW_WORDS, self.view_names)

    @work(thread=True, group="views")
    def use_views(self, word: str, name: str, *, quiet: bool = False) -> None:
        """Read or write named views."""
        from ..state.saved_views import delete_view, list_views, load_view, save_view

        told, opened, failed = "", None, False
        try:
            if word == "save":
                save_view(name, self.present_view())
                told = f"Kept as {name}: damnit-tui --view {name} opens it, too."
            elif word == "open":
                opened = load_view(name)
            elif word == "delete":
                delete_view(name)
                told = f"The view {name} is deleted."
        except DamnitError as error:
            told, failed = str(error), True
        names = tuple(list_views())
        if word == "list" and not quiet:
            told = f"Views: {', '.join(names)}" if names else "There are no views yet."
        self.post_message(self.ViewsRead(names, told, failed, opened))

    @on(ViewsRead)
    def take_views(self, event: ViewsRead) -> None:
        """Show a view that was opened; report what was done."""
        self.view_names = event.names
        if event.opened is not None:
            self.show_view(event.opened)
        if event.told:
            told = visible(event.told)
            self.notify(told, severity="error" if event.failed else "information", markup=False)

    def show_view(self, view: ViewState) -> None:
        """Show a view in place of the current one."""
        self.action_clear_filter()
        self.set_sort("")
        self.table.show_notes(self.table.lines.notes, folded=view.notes_folded)
        self.table.show_height(view.row_height)
        self.select_columns(view.selection)
        self.want(view.filter, view.sort)
        self.arrange_wanted()
