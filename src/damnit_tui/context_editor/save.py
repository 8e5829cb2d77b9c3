"""Read and save the context file, keep drafts, open it in $EDITOR."""

from __future__ import annotations

import threading
from functools import partial

from textual import work
from textual.app import SuspendNotSupported
from textual.widgets import TextArea

from damnit_daemon.errors import DamnitError

from ..data.dry_run import changed_variables
from .base import Attempt, ContextPart
from .document import ChangedOnDisk, Opened, difference
from .external import edit_elsewhere
from .result_rows import ResultRow


class Saving(ContextPart):
    """Part of the context editor: the file."""

    _kept_text = ""
    """The last text written to a draft."""
    _writing: threading.Lock

    @work(thread=True, exclusive=True, group="file")
    def read_file(self) -> None:
        """Read the file and its draft."""
        try:
            opened = self._document.open()
        except DamnitError as error:
            self._later(partial(self._say, error.message, "error"))
            return
        self._later(partial(self._show_file, opened))

    def _show_file(self, opened: Opened) -> None:
        area = self.query_one(TextArea)
        self._saved_text = opened.text
        area.load_text(opened.text if opened.draft is None else opened.draft)
        area.read_only = self._session.read_only
        if self._line:
            area.move_cursor((self._line - 1, 0), center=True)
        area.focus()
        if opened.draft is not None:
            self._say(
                "This is what you typed and did not save. ctrl-r goes back to what is saved.",
                "warning",
            )
        self._tell_title()

    def action_revert(self) -> None:
        """Revert to the saved text."""
        self.query_one(TextArea).load_text(self._saved_text)
        self._say("This is what is saved. ctrl-z brings back what you typed.", "news")

    def action_save(self) -> None:
        """Save if the text loads; a second press saves it anyway."""
        if self._session.read_only:
            self._say("Nothing is changed from here: --read-only.", "warning")
        elif not self.is_changed:
            self._say("There is nothing to save.", "news")
        else:
            self._begin("checking before it is saved", self._save, self.text)

    def action_save_anyway(self) -> None:
        """Save a text that does not load, or overwrite changes made on disk."""
        if self._session.read_only:
            self._say("Nothing is changed from here: --read-only.", "warning")
        else:
            self._begin("saving", self._force, self.text)

    def _save(self, attempt: Attempt, text: str) -> None:
        trial = self._dry_run(attempt)
        loaded = trial.check(text)
        problems = [*loaded.problems, *loaded.advice]
        if any(problem.severity == "error" for problem in problems):
            failed = "Not saved: it does not load. ctrl-t saves anyway."
            self._later(partial(self._show_problems, loaded, "", failed))
            return
        changed: list[str] = []
        if self._saved_text.strip():
            changed = changed_variables(trial.check(self._saved_text), loaded)
        else:
            changed = [variable.name for variable in loaded.variables]
        try:
            self._document.save(text)
        except ChangedOnDisk as error:
            self._later(partial(self._show_difference, error))
            return
        self._later(partial(self._told_saved, text, changed))

    def _force(self, _attempt: Attempt, text: str) -> None:
        self._document.save(text, force=True)
        self._later(partial(self._told_saved, text, []))

    def _told_saved(self, text: str, changed: list[str]) -> None:
        self._saved_text = text
        self._changed |= set(changed)
        if not changed:
            self._say("Saved.", "news")
        else:
            names = ", ".join(changed[:6]) + (
                f" and {len(changed) - 6} more" if changed[6:] else ""
            )
            self._say(f"Saved. Changed: {names}. F9 reprocesses them.", "news")
        self._tell_title()

    def _show_difference(self, error: ChangedOnDisk) -> None:
        rows = difference(self.text, error.text)
        self._fill(("", "", "Difference"), [ResultRow(("", "", row)) for row in rows])
        self._say(f"{error.message} ctrl-t saves yours over it; ctrl-o takes theirs.", "error")

    def action_take_theirs(self) -> None:
        """Load the text on disk; the typed text can be restored with undo."""
        self.read_file_again()

    @work(thread=True, exclusive=True, group="file")
    def read_file_again(self) -> None:
        """Read the file again."""
        self._document.drop_draft()
        try:
            opened = self._document.open()
        except DamnitError as error:
            self._later(partial(self._say, error.message, "error"))
            return
        self._later(partial(self._show_file, opened))

    def _keep_draft(self) -> None:
        text = self.text
        if text != self._kept_text and not self._session.read_only:
            self._kept_text = text
            self._write_draft(text, text != self._saved_text)

    @work(thread=True, group="draft")
    def _write_draft(self, text: str, is_wanted: bool) -> None:
        with self._writing:
            if is_wanted:
                self._document.keep_draft(text)
            else:
                self._document.drop_draft()

    def action_external(self) -> None:
        """Edit in $EDITOR; the text saved there is loaded here, unsaved."""
        area = self.query_one(TextArea)
        row = area.cursor_location[0] + 1
        try:
            text = edit_elsewhere(self.text, row, self.app.suspend())
        except SuspendNotSupported:
            self._say("This terminal cannot be lent to another program.", "error")
        except DamnitError as error:
            self._say(str(error), "error")
        else:
            if text != self.text:
                area.replace(text, (0, 0), area.document.end)
