"""Copy and export runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.screen import Screen

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey
from damnit_daemon.query import FilterError
from damnit_daemon.text import count_of
from damnit_daemon.user_path import typed_path

from ..data.table_export import FORMATS, TableSlice, as_text
from ..sanitize import visible
from ..table.context import TableContext
from ..table.requests import CopyRequested
from ..table.widget import RunTable

MOST_COPIED = 2000
"""Most runs on the clipboard; more go to a file."""


class TableCopy:
    """Copies and exports what the table shows.

    Args:
        owner: The screen of the table.
        context: The folder and the content of the table.
        table: The table, whose cursor and marks say what to copy.
    """

    def __init__(self, owner: Screen[None], context: TableContext, table: RunTable) -> None:
        self.proposal: int | None = None
        """The proposal, for the name of a file."""
        self._owner = owner
        self._context = context
        self._table = table

    def copy_cell(self) -> None:
        """Copy the cell under the cursor, or the note."""
        note = self._table.note
        text = note.text if note else self._table.cells.plain_text(self._table.cursor)
        if text:
            self._owner.app.post_message(CopyRequested(text))
        else:
            self._owner.notify("This cell is empty.", markup=False)

    def copy_runs(self) -> None:
        """Copy the run under the cursor, or all marked runs, as Markdown."""
        if self._table.cursor is None:
            return
        keys = self._marked() or [self._table.cursor.key]
        if len(keys) > MOST_COPIED:
            self._owner.notify(
                f"{len(keys)} runs are too many to copy. Press S to export them to a file."
            )
            return
        part = TableSlice(tuple(keys), self._context.shown_names, self._context.derive)
        self._owner.run_worker(self._copy(part), group="copy")

    async def _copy(self, part: TableSlice) -> None:
        database = self._context.session.folder.database
        try:
            text = await asyncio.to_thread(as_text, database, part, "md", lambda *_: True)
        except DamnitError as error:
            self._owner.notify(visible(str(error)), severity="error", markup=False)
        else:
            runs = count_of(len(part.keys), "run")
            self._owner.app.post_message(CopyRequested(text, runs))

    def export(self, target: Path | None = None) -> None:
        """Ask for the export's file and format; with a file, write it at once."""
        from ..dialogs.export_dialog import ExportDialog, Runs

        rows = self._context.rows
        if not rows.all_keys:
            self._owner.notify("No runs yet.", markup=False)
            return
        dialog = ExportDialog(
            self._context.session.folder.database,
            Runs(rows.all_keys, rows.keys, self._marked()),
            self._context.shown_names,
            derive=self._context.derive,
            folder=Path.cwd(),
            stem=f"p{self.proposal}-runs" if self.proposal is not None else "runs",
            target=target,
        )
        self._owner.app.push_screen(dialog)

    def run_command(self, text: str) -> None:
        """Write the shown runs and columns, in their order, in the format of the file's suffix.

        Raises:
            FilterError: If the format is not supported.
        """
        if not text:
            raise FilterError("Missing file name.", 0, 0, hint=f"NAME.{', .'.join(FORMATS)}.")
        try:
            target = typed_path(text)
        except DamnitError as error:
            raise FilterError(error.message, 0, len(text), hint=error.hint) from None
        if target.suffix.removeprefix(".").lower() not in FORMATS:
            raise FilterError(
                f"Unknown format {target.suffix}." if target.suffix else "Missing file suffix.",
                len(text) - len(target.suffix),
                len(text),
                hint=f"Available: .{', .'.join(FORMATS)}.",
            )
        self.export(target)

    def _marked(self) -> list[RunKey]:
        """Return the marked runs: visible ones first, in their order."""
        marked = self._table.marks.runs
        shown = [key for key in self._context.rows.keys if key in marked]
        return shown + sorted(marked.difference(shown), reverse=True)
