"""Copy and export runs."""

from __future__ import annotations

import os
from pathlib import Path

from textual import on, work

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey
from damnit_daemon.query import FilterError
from damnit_daemon.text import count_of
from damnit_daemon.user_path import typed_path

from ..data.table_export import FORMATS, TableSlice, as_text
from ..sanitize import visible
from .base import MainPart
from .messages import TextCopied

MOST_COPIED = 2000
"""Most runs on the clipboard; more go to a file."""


class Taking(MainPart):
    """Part of the main screen: copy and export."""

    def action_copy(self) -> None:
        """Copy the cell under the cursor, or the note."""
        note = self.table.note
        text = note.text if note else self.table.view.plain_text(self.table.cursor)
        if text:
            self.copy_text(text)
        else:
            self.notify("This cell is empty.", markup=False)

    def action_copy_rows(self) -> None:
        """Copy the run under the cursor, or all marked runs, as Markdown."""
        if self.table.cursor is None:
            return
        keys = self._marked() or [self.table.cursor.key]
        if len(keys) > MOST_COPIED:
            self.notify(f"{len(keys)} runs are too many to copy: S writes them to a file.")
            return
        self.copy_part(TableSlice(tuple(keys), self.context.shown_names))

    def action_export(self) -> None:
        """Ask for the export's file and format."""
        self._open_export()

    def do_export(self, text: str) -> None:
        """Write the shown runs and columns, in their order, in the format of the file's suffix.

        Raises:
            FilterError: If the format is not supported.
        """
        if not text:
            raise FilterError("Which file?", 0, 0, hint=f"NAME.{', .'.join(FORMATS)}.")
        try:
            target = typed_path(text)
        except DamnitError as error:
            raise FilterError(error.message, 0, len(text), hint=error.hint) from None
        if target.suffix.removeprefix(".").lower() not in FORMATS:
            raise FilterError(
                f"{target.suffix or 'Without an ending it'} is no format.",
                len(text) - len(target.suffix),
                len(text),
                hint=f"There are .{', .'.join(FORMATS)}.",
            )
        self._open_export(target)

    def _open_export(self, target: Path | None = None) -> None:
        from ..dialogs.export_dialog import ExportDialog, Runs

        rows = self.table.rows
        if not rows.all_keys:
            self.notify("There are no runs yet.", markup=False)
            return
        proposal = self.status.proposal
        self.app.push_screen(
            ExportDialog(
                self.session.folder.database,
                Runs(rows.all_keys, rows.keys, self._marked()),
                self.context.shown_names,
                folder=Path.cwd(),
                stem=f"p{proposal}-runs" if proposal is not None else "runs",
                target=target,
            )
        )

    @work(thread=True, group="copy")
    def copy_text(self, text: str, what: str = "") -> None:
        """Copy text, which is described by `what`, and report where it went."""
        self.post_message(TextCopied(self.copy_now(text), what))

    @work(thread=True, group="copy")
    def copy_part(self, part: TableSlice) -> None:
        """Copy runs as Markdown and report where they went."""
        try:
            text = as_text(self.session.folder.database, part, "md", lambda _done, _total: True)
        except DamnitError as error:
            self.call_later(self.notify, visible(str(error)), severity="error", markup=False)
            return
        runs = count_of(len(part.keys), "run")
        self.post_message(TextCopied(self.copy_now(text), runs))

    def copy_now(self, text: str) -> str:
        """Copy text and return where it went; for workers."""
        from ..terminal.clipboard import copy_text

        def osc52(copied: str) -> None:
            # The app is asked for only then: a worker may outlive it.
            self.call_later(lambda: self.app.copy_to_clipboard(copied))

        return copy_text(text, osc52, os.environ)

    @on(TextCopied)
    def tell_copied(self, event: TextCopied) -> None:
        """Report where the text went."""
        what = f"{event.what}, to" if event.what else "to"
        self.notify(f"Copied {what} {event.place}.", markup=False, timeout=3)

    def _marked(self) -> list[RunKey]:
        """Return the marked runs: visible ones first, in their order."""
        marked = self.table.marks.runs
        shown = [key for key in self.table.rows.keys if key in marked]
        return shown + sorted(marked.difference(shown), reverse=True)
