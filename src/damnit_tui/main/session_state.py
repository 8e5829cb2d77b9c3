"""Save and restore the table's state, so that a dropped connection loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from damnit_daemon.query import FilterError

from ..data.session import Session
from ..keymap.commands import complete_words
from ..sanitize import visible
from ..state.autosave import Autosave
from ..state.cli_overrides import CliOverrides
from ..state.saved_state import SavedState
from ..state.view_state import ViewState
from ..table.selection import RunSelection
from .command_line import CommandLine
from .edit_bar import EditBar
from .preview import PreviewPane
from .runs_pane import RunsPane
from .view_actions import ViewActions

if TYPE_CHECKING:
    from textual.timer import Timer

    from damnit_daemon.query.completion import Completion

PATIENCE_S = 2.0
"""How long to wait for the saved state before starting without it."""
LOOK_S = 0.05


class SessionState:
    """Restores what was left, once its runs are loaded; then saves what changes.

    Args:
        session: The folder.
        pane: The view of the runs.
        command_line: Its history is saved, too.
        edit_bar: Its histories are saved, too.
        preview: Restored if it is open.
        views: Its last plot is saved.
    """

    def __init__(
        self,
        session: Session,
        pane: RunsPane,
        command_line: CommandLine,
        edit_bar: EditBar,
        preview: PreviewPane,
        views: ViewActions,
    ) -> None:
        self.autosave = Autosave(session.load_db_id, session.folder.path)
        self.overrides = CliOverrides()
        self.theme = ""
        """The theme of the user's settings, until another one is chosen."""
        self.problems: tuple[str, ...] = ()
        """Invalid entries of the user's settings; reported once."""
        self._chosen_theme = ""
        """The theme the user chose; empty for the default."""
        self._session = session
        self._pane = pane
        self._command_line = command_line
        self._edit_bar = edit_bar
        self._preview = preview
        self._views = views
        self._is_view_restored = False
        self._is_restored = False
        self._requested_columns = ""
        self._waited_s = 0.0
        self._timer: Timer | None = None
        self._has_complained = False

    def keep_in(self, directory: Path) -> None:
        """Save the table's state in this directory instead of the user's."""
        session = self._session
        self.autosave = Autosave(session.load_db_id, session.folder.path, directory=directory)

    # Restoring

    @property
    def is_restored(self) -> bool:
        """True once the state is restored; without runs there is nothing to restore."""
        return self._is_restored or not self._pane.table.rows.all_keys

    def start(self) -> None:
        """Start reading the saved state."""
        self.autosave.begin()
        app = self._pane.app
        if self.theme in app.available_themes:
            app.theme = self.theme
        elif self.theme:
            self.problems += (f"Unknown theme {self.theme!r}.",)
        if self.problems:
            message = "\n".join(visible(problem) for problem in self.problems)
            app.notify(message, title="Settings", severity="warning", markup=False, timeout=15)
        self._timer = self._pane.set_interval(LOOK_S, self._check_loaded)

    def restore(self) -> None:
        """Restore the table's state, once it and its runs are loaded."""
        saved = self.autosave.loaded
        if self._is_restored or not self._pane.table.rows.all_keys:
            return
        if saved is None:
            if self._waited_s < PATIENCE_S:
                return
            saved = SavedState()
        if not self._is_view_restored:
            self._is_view_restored = True
            self._restore_habits(saved)
            self._restore_view(self.overrides.view or saved.view)
        # The first update has only the newest runs: marks and cursor may be on others.
        if self._pane.runs_query.has_all_runs:
            self._is_restored = True
            if self._timer is not None:
                self._timer.stop()
            self._restore_place(saved)

    def _check_loaded(self) -> None:
        self._waited_s += LOOK_S
        self.restore()

    def _restore_habits(self, saved: SavedState) -> None:
        self._pane.runs_query.history = saved.filters
        self._command_line.history = saved.commands
        self._edit_bar.histories = dict(saved.typed) | self._edit_bar.histories
        self._views.restore_plot(saved.plot)
        if saved.preview and not self._preview.is_open:
            self._preview.toggle()
        app = self._pane.app
        if saved.theme in app.available_themes and not self.theme:
            app.theme = self._chosen_theme = saved.theme
        drafts = self._session.edits.drafts
        drafts.update({cell: typed for cell, typed in saved.drafts.items() if cell not in drafts})

    def _restore_view(self, view: ViewState) -> None:
        overrides, pane = self.overrides, self._pane
        pane.show_layout(view)
        pane.derived.show_own((*view.derived, *overrides.derive))
        if view.selection:
            pane.visible_columns.select(view.selection)
        self._requested_columns = overrides.columns
        self._show_requested_columns()
        if (overrides.filter or view.filter) or (overrides.sort or view.sort):
            pane.runs_query.want(overrides.filter or view.filter, overrides.sort or view.sort)

    def _show_requested_columns(self) -> None:
        text, self._requested_columns = self._requested_columns, ""
        pane = self._pane
        show = pane.visible_columns.set_columns
        if text and not pane.runs_query.try_requested("Columns", show, text):
            self._requested_columns = text

    def _restore_place(self, saved: SavedState) -> None:
        self._show_requested_columns()
        table = self._pane.table
        if marks := saved.marks & {*table.rows.all_keys}:
            table.marks = RunSelection(marks)
        if saved.follow:
            self._pane.action_follow()
        elif saved.cursor is not None:
            key, name = saved.cursor
            index = table.rows.column_index(name)
            if table.rows.position(key) is not None:
                table.move_to(key, name if index is not None else None)

    # Saving

    def save(self) -> None:
        """Queue the current state for saving. Call periodically, and at the end."""
        if not self._is_restored:
            return
        pane, table = self._pane, self._pane.table
        self.autosave.note(
            SavedState(
                pane.view_state(),
                table.marked,
                table.follow,
                (table.cursor.key, table.cursor.name) if table.cursor else None,
                dict(self._session.edits.drafts),
                pane.runs_query.history,
                self._command_line.history,
                self._chosen_theme,
                self._preview.is_open,
                self._views.plot_as_json(),
                dict(self._edit_bar.histories),
            )
        )
        if self.autosave.problem and not self._has_complained:
            self._has_complained = True
            pane.notify(
                f"The view will not be restored: {visible(self.autosave.problem)}",
                severity="warning",
                markup=False,
            )

    def stop(self) -> None:
        """Write what is still pending."""
        self.save()
        self.autosave.close()

    # The theme

    def set_theme(self, name: str) -> None:
        """Switch the theme.

        Raises:
            FilterError: If there is no such theme.
        """
        app = self._pane.app
        if name not in app.available_themes:
            raise FilterError(
                f"Unknown theme {name!r}." if name else "Missing theme.",
                0,
                len(name),
                hint=f"Available: {', '.join(sorted(app.available_themes))}.",
            )
        app.theme = self._chosen_theme = name

    def complete_theme(self, text: str, cursor: int) -> Completion:
        """Complete theme names."""
        return complete_words(text, cursor, tuple(sorted(self._pane.app.available_themes)))
