"""A dialog to export the table: runs, columns, format and file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static
from textual.worker import get_current_worker

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey
from damnit_daemon.text import count_of
from damnit_daemon.user_path import typed_path

from .. import keymap
from ..data.table_export import FORMATS, TEXTS, TableSlice, as_text, to_file
from ..format import progress_bar
from ..sanitize import visible
from ..table.requests import CopyRequested
from ..widgets.plain_input import PlainInput
from ..widgets.radio_row import RadioRow
from .base import DialogScreen

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition

CLIPBOARD = "clipboard"
BAR_CELLS = 20


@dataclass(frozen=True)
class Runs:
    """The runs to choose from."""

    all: Sequence[RunKey]
    filtered: Sequence[RunKey]
    """The runs shown, in their order."""
    marked: Sequence[RunKey]


class ExportDialog(ModalScreen[None]):
    """Choose what to export, and write it."""

    DEFAULT_CSS = (
        DialogScreen.DEFAULT_CSS.replace("DialogScreen", "ExportDialog")
        + """
    ExportDialog {
        & Horizontal { height: 1; margin-bottom: 1; }
        & Label { width: 10; color: $quiet-color; }
        & #export-message.-problem { color: $error-color; }
    }
    """
    )
    BINDINGS = keymap.bindings("export")

    @dataclass
    class Progressed(Message):
        """Number of runs read so far, and in total."""

        done: int
        total: int

    @dataclass
    class Ended(Message):
        """The export has ended."""

        message: str = ""
        copied: str = ""
        """A text for the clipboard, which `message` describes."""
        problem: str = ""
        existing: str = ""
        """The file that exists already."""

    def __init__(
        self,
        database: Path,
        runs: Runs,
        names: Sequence[str],
        *,
        derive: Sequence[Definition] = (),
        folder: Path,
        stem: str,
        target: Path | None = None,
    ) -> None:
        """Create the dialog.

        Args:
            database: Path of the database.
            runs: The runs to choose from.
            names: The variables shown, in their order.
            derive: Definitions of derived columns.
            folder: Default directory of the file.
            stem: Default name of the file.
            target: A file to write the shown runs to at once; its name ends in a format.
        """
        super().__init__()
        self._database = database
        self._runs = runs
        self._names = tuple(names)
        self._derive = tuple(derive)
        self._folder = folder
        self._stem = stem
        self._target = target
        self._replaces = ""
        """The file the user has agreed to replace, if it stays the same."""
        self._is_at_it = False

    def compose(self) -> ComposeResult:
        """Compose one line per field."""
        runs = self._runs
        words = {"all": f"all {len(runs.all)}"}
        if len(runs.filtered) != len(runs.all):
            words["filtered"] = f"filtered {len(runs.filtered)}"
        if runs.marked:
            words["marked"] = f"marked {len(runs.marked)}"
        first = "filtered" if "filtered" in words else "all"
        target = self._target or self._folder / f"{self._stem}.csv"
        format_name = target.suffix.removeprefix(".").lower()
        with VerticalScroll(can_focus=False) as box:
            box.border_title = "Export"
            box.border_subtitle = "Tab next · ← → choose · ⏎ export · Esc cancel"
            with Horizontal():
                yield Label("Runs")
                yield RadioRow(words, first if self._target else list(words)[-1], id="export-runs")
            with Horizontal():
                yield Label("Columns")
                shown = f"shown {len(self._names)}"
                yield RadioRow({"shown": shown, "all": "all"}, "shown", id="export-columns")
            with Horizontal():
                yield Label("Format")
                yield RadioRow({name: name for name in FORMATS}, format_name, id="export-format")
            with Horizontal():
                yield Label("To")
                yield RadioRow({"file": "file", CLIPBOARD: CLIPBOARD}, "file", id="export-to")
            with Horizontal():
                yield Label("File")
                yield PlainInput(str(target), id="export-file")
            yield Static("", id="export-message", markup=False)

    def on_mount(self) -> None:
        """Focus the choice of runs, or start writing."""
        self.query_one("#export-runs").focus()
        if self._target is not None:
            self.action_write()

    @on(RadioRow.Changed)
    def follow(self, event: RadioRow.Changed) -> None:
        """Adapt the file's suffix to the format; formats that need a file have no clipboard."""
        self._replaces = ""
        self._say("")
        line = self.query_one("#export-file", Input)
        format_name, to = self._chosen("format"), self._chosen("to")
        if event.choices.id == "export-format":
            stem, dot, suffix = line.value.rpartition(".")
            if dot and suffix in FORMATS:
                line.value = f"{stem}.{format_name}"
        if to == CLIPBOARD and format_name not in TEXTS:
            self._say(f"{format_name} can only be exported to a file.")
        line.disabled = to == CLIPBOARD

    @on(Input.Changed)
    def forget(self, event: Input.Changed) -> None:
        """Ask again before another file is replaced."""
        event.stop()
        self._replaces = ""

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Start the export."""
        event.stop()
        self.action_write()

    def action_write(self) -> None:
        """Start the export, unless one is running."""
        if self._is_at_it:
            return
        typed = self.query_one("#export-file", Input).value.strip()
        format_name, to = self._chosen("format"), self._chosen("to")
        if to == CLIPBOARD and format_name not in TEXTS:
            self._say(f"{format_name} can only be exported to a file.", problem=True)
            return
        if to != CLIPBOARD and not typed:
            self._say("Enter a file name.", problem=True)
            return
        self._is_at_it = True
        self._say("Loading…")
        self.write(self._part(), format_name, None if to == CLIPBOARD else typed)

    @work(thread=True, exclusive=True, group="export")
    def write(self, part: TableSlice, format_name: str, typed: str | None) -> None:
        """Read the runs and write them; posts its progress."""
        worker = get_current_worker()

        def progress(done: int, total: int) -> bool:
            self.post_message(self.Progressed(done, total))
            return not worker.is_cancelled

        try:
            ended = self._write(part, format_name, typed, progress)
        except DamnitError as error:
            ended = self.Ended(problem=str(error))
        self.post_message(ended)

    def _write(
        self,
        part: TableSlice,
        format_name: str,
        typed: str | None,
        progress: Callable[[int, int], bool],
    ) -> Ended:
        from damnit_daemon.export import Cancelled, FileTaken

        what = count_of(len(part.keys), "run")
        if typed is None:
            try:
                text = as_text(self._database, part, format_name, progress)
            except Cancelled:
                return self.Ended()
            return self.Ended(what, copied=text)
        target = typed_path(typed, self._folder)
        try:
            is_written = to_file(
                self._database,
                part,
                format_name,
                target,
                progress,
                overwrite=self._replaces == typed,
            )
        except FileTaken:
            return self.Ended(existing=typed)
        return self.Ended(f"Exported {what} to {target}.") if is_written else self.Ended()

    @on(Progressed)
    def show_progress(self, event: Progressed) -> None:
        """Show the progress."""
        if self._is_at_it:
            share = event.done / event.total if event.total else 1.0
            self._say(
                f"{progress_bar(share, BAR_CELLS)} {event.done} of {event.total} runs · Esc cancels"
            )

    @on(Ended)
    def show_end(self, event: Ended) -> None:
        """Close, or report the error."""
        self._is_at_it = False
        if event.existing:
            self._replaces = event.existing
            self._say("The file exists. Press ⏎ again to overwrite it.", problem=True)
        elif event.problem:
            self._say(visible(event.problem), problem=True)
        elif event.copied:
            self.post_message(CopyRequested(event.copied, event.message))
            self.dismiss()
        elif event.message:
            self.app.notify(visible(event.message), markup=False)
            self.dismiss()
        else:
            self._say("Cancelled; no file was written.")

    def action_close(self) -> None:
        """Stop a running export, or close."""
        if self._is_at_it:
            self.workers.cancel_group(self, "export")
        else:
            self.dismiss()

    def _part(self) -> TableSlice:
        keys = {
            "all": self._runs.all,
            "filtered": self._runs.filtered,
            "marked": self._runs.marked,
        }[self._chosen("runs")]
        names = self._names if self._chosen("columns") == "shown" else None
        return TableSlice(tuple(keys), names, self._derive)

    def _chosen(self, what: str) -> str:
        return self.query_one(f"#export-{what}", RadioRow).chosen

    def _say(self, text: str, *, problem: bool = False) -> None:
        message = self.query_one("#export-message", Static)
        message.set_class(problem, "-problem")
        message.update(text)
