"""What the main screen does for `:export`: the table as it is shown, to a file."""

from __future__ import annotations

from pathlib import Path

from textual import work

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError
from damnit_daemon.user_path import typed_path

from ..data.table_export import FORMATS, TableSlice, to_file
from ..sanitize import visible
from .base import MainPart


class Exporting(MainPart):
    """A part of the main screen: export without a box."""

    def do_export(self, text: str) -> None:
        """Write the runs and columns that are shown, in their order, in the format of the name.

        Raises:
            FilterError: If that is no file of a format we write.
        """
        if not text:
            raise FilterError("Which file?", 0, 0, hint=f"NAME.{', .'.join(FORMATS)}.")
        try:
            target = typed_path(text)
        except DamnitError as error:
            raise FilterError(error.message, 0, len(text), hint=error.hint) from None
        ending = target.suffix.removeprefix(".").lower()
        if ending not in FORMATS:
            raise FilterError(
                f"{target.suffix or 'Without an ending it'} is no format.",
                len(text) - len(target.suffix),
                len(text),
                hint=f"There are .{', .'.join(FORMATS)}.",
            )
        names = [column.name for column in self.table.view.columns]
        part = TableSlice(tuple(self.table.rows.keys), tuple(n for n in names if n != "start_time"))
        self.notify(f"Writing {visible(str(target))} …", markup=False, timeout=2)
        self.export_part(part, ending, target)

    @work(thread=True, group="export-command")
    def export_part(self, part: TableSlice, format_name: str, target: Path) -> None:
        """Write it, and say so; a file that is there already is left as it is."""
        database = self.session.folder.database
        told, is_error = f"Wrote {len(part.keys)} runs to {target}.", False
        try:
            to_file(database, part, format_name, target, lambda _done, _all: True, overwrite=False)
        except DamnitError as error:
            told, is_error = str(error), True
        self.call_later(
            self.notify,
            visible(told),
            severity="error" if is_error else "information",
            markup=False,
        )
