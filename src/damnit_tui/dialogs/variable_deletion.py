"""A dialog to delete a variable with all its data; its name must be typed, as this is final."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import Column
from damnit_daemon.text import count_of

from .. import keymap
from ..data.edit_queue import EditQueue
from ..sanitize import visible
from ..themes import text_style
from ..widgets.plain_input import PlainInput
from .base import DialogScreen

if TYPE_CHECKING:
    from damnit_daemon.edit.deletion import Deletion

MOST_PROBLEMS = 5


class DeletionDialog(ModalScreen[bool]):
    """What will be lost, and a field for the name; returns True if it was deleted."""

    DEFAULT_CSS = (
        DialogScreen.DEFAULT_CSS.replace("DialogScreen", "DeletionDialog")
        + """
    DeletionDialog {
        & VerticalScroll { border: round $danger-color; border-title-color: $error-color; }
        & #deletion-message { margin-top: 1; }
    }
    """
    )
    BINDINGS = keymap.bindings("deletion")

    @dataclass
    class Progressed(Message):
        """Number of files processed so far, and in total."""

        done: int
        total: int

    @dataclass
    class Ended(Message):
        """The deletion has ended."""

        deletion: Deletion | None
        problem: str = ""

    def __init__(self, edits: EditQueue, column: Column, runs: int) -> None:
        """Create the dialog.

        Args:
            edits: The edits of the folder.
            column: The variable.
            runs: Number of runs with a value.
        """
        super().__init__()
        self._edits = edits
        self._column = column
        self._runs = runs
        self._is_at_it = False
        self._is_over = False

    def compose(self) -> ComposeResult:
        """Compose the summary and the field."""
        with VerticalScroll(can_focus=False) as box:
            box.border_title = "Delete variable"
            box.border_subtitle = "⏎ delete · Esc cancel"
            yield Static(self._words())
            yield PlainInput(placeholder=visible(self._column.name))
            yield Static("", id="deletion-message", markup=False)

    def on_mount(self) -> None:
        """Focus the field."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def begin(self, event: Input.Submitted) -> None:
        """Start the deletion if the name is right."""
        event.stop()
        if self._is_over:
            self.dismiss(True)
        elif event.value.strip() not in {name := self._column.name, visible(name)}:
            self._say(f"The name does not match: {visible(self._column.name)}")
            self.app.bell()
        elif not self._is_at_it:
            self._is_at_it = True
            self.query_one(Input).disabled = True
            self.query_one(VerticalScroll).border_subtitle = "Esc stops"
            self._say("Deleting…")
            self.delete_it()

    @work(thread=True, exclusive=True, group="deletion")
    def delete_it(self) -> None:
        """Delete the variable; posts its progress."""
        worker = get_current_worker()

        def progress(done: int, total: int) -> bool:
            self.post_message(self.Progressed(done, total))
            return not worker.is_cancelled

        try:
            ended = self.Ended(self._edits.delete_variable(self._column.name, progress))
        except DamnitError as error:
            ended = self.Ended(None, str(error))
        self.post_message(ended)

    @on(Progressed)
    def show_progress(self, event: Progressed) -> None:
        """Show the progress."""
        if not self._is_over:
            self._say(f"{event.done} of {count_of(event.total, 'results file')}")

    @on(Ended)
    def show_end(self, event: Ended) -> None:
        """Report the result."""
        self._is_at_it = False
        done = event.deletion
        if done is not None and not done.problems and not done.stopped:
            self._is_over = True
            self.app.notify(
                f"Deleted {visible(self._column.name)}: {count_of(done.values, 'value')} "
                f"in {count_of(done.files, 'file')}.",
                markup=False,
            )
            self.dismiss(True)
            return
        problems = done.problems if done is not None else [event.problem]
        if done is not None and done.stopped:
            problems = [
                "Stopped: deleted from some results files; the values in the table are kept."
            ]
        self._say("\n".join(map(visible, problems[:MOST_PROBLEMS])))
        self.query_one(Input).disabled = False
        self.query_one(Input).focus()

    def action_close(self) -> None:
        """Stop the deletion, or cancel."""
        if self._is_at_it:
            self.workers.cancel_group(self, "deletion")
        else:
            self.dismiss(False)

    def _words(self) -> Text:
        column = self._column
        text = Text()
        text.append(f"{visible(column.title)}\n\n", text_style("strong"))
        runs = count_of(self._runs, "run")
        text.append(f"Deletes its values of {runs} and its data in all results files. ")
        if column.type is not None:
            text.append("Typed values can be restored with u while the app is open.")
        else:
            text.append("This cannot be undone.", text_style("strong"))
            text.append(" While it is in the context file, processing a run computes it again.")
        return text.append("\n\nType its name to confirm:")

    def _say(self, text: str) -> None:
        self.query_one("#deletion-message", Static).update(text)
