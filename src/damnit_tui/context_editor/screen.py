"""The context editor: edit the file, check it in its own Python, try it on a run, save it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label, TextArea

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey

from .. import keymap
from ..data.dry_run import DryRunCancelled, advice
from ..data.session import READ_ONLY
from ..sanitize import clip_start, visible
from ..widgets.footer import KeyFooter
from ..widgets.question_bar import QuestionBar
from .code_area import CodeArea
from .document import Document, Opened, difference
from .external import edit_elsewhere
from .result_rows import ResultRow, has_error
from .results_pane import DIFFERENCE_COLUMNS, VALUE_COLUMNS, ResultsPane
from .tasks import (
    ContextTask,
    ProblemsFound,
    SaveRefused,
    TaskEvent,
    TaskMessage,
    TextSaved,
    ValuesFound,
)

if TYPE_CHECKING:
    from ..data.session import Session

DRAFT_S = 2.0
"""Interval of saving unsaved text."""
LOOK_S = 2.0
"""Interval of checks for changes of the file by other programs."""
MOST_NAMES = 6
"""Most names of changed variables in a message."""


@dataclass(frozen=True)
class ContextSaved:
    """The variables that the saved text computes differently than before."""

    changed: tuple[str, ...] = ()


class ContextScreen(Screen[ContextSaved | None]):
    """An editor with results below."""

    DEFAULT_CSS = """
    ContextScreen {
        background: $background;
        & #context-title { width: 1fr; height: 1; background: $surface; color: $title-color; }
    }
    """
    BINDINGS = keymap.bindings("context")

    @dataclass
    class FileRead(Message):
        """Posted when the file and its draft were read."""

        opened: Opened

    @dataclass
    class FileChanged(Message):
        """Posted when the file was changed on disk."""

        text: str

    @dataclass
    class TaskReported(Message):
        """Posted for each result of a task, or of reading the file."""

        event: TaskEvent
        task: ContextTask | None = None

    @dataclass
    class TaskEnded(Message):
        """Posted when a task has ended."""

        task: ContextTask

    def __init__(self, session: Session, key: RunKey | None, *, line: int = 0) -> None:
        """Create the editor.

        Args:
            session: The folder.
            key: The default run for dry runs.
            line: Initial line, 1-based.
        """
        super().__init__()
        self._session = session
        self._document = Document(session.folder.context_file)
        self._key = key
        self._line = line
        self._code = CodeArea()
        self._results = ResultsPane()
        self._saved_text = ""
        self._draft_text = ""
        """The last text written to the draft."""
        self._current_task: ContextTask | None = None
        """The current background task."""
        self._refused_text: str | None = None
        """The text that could not be saved, and may be saved by force."""
        self._changed: set[str] = set()
        self._has_warned = False
        """True if closing again discards the warning about unsaved text."""
        self._result_text = ""
        """The text that the results are about."""
        self._reported_text: str | None = None
        """The last text of another program that was reported."""

    def compose(self) -> ComposeResult:
        """Compose the widgets from top to bottom."""
        yield Label("", id="context-title")
        yield self._code
        yield self._results
        yield QuestionBar(id="context-ask")
        yield KeyFooter("context")

    def on_mount(self) -> None:
        """Read the file."""
        self.read_file()
        self.set_interval(DRAFT_S, self._save_draft)
        self.set_interval(LOOK_S, self.look_at_file)

    def on_unmount(self) -> None:
        """Stop the workers."""
        self._cancel_task()

    @property
    def is_changed(self) -> bool:
        """True if the text has unsaved changes."""
        return self._code.text != self._saved_text

    @on(TextArea.Changed)
    def mark_results(self) -> None:
        """Mark results of an older text."""
        if self._code.text != self._result_text and self._current_task is None:
            self._result_text = self._code.text
            self._results.mark_outdated()

    @on(TextArea.Changed)
    @on(TextArea.SelectionChanged)
    def follow_cursor(self) -> None:
        """Show the cursor's position."""
        self._has_warned = False
        self.show_title()

    def on_resize(self) -> None:
        """Fit the path to the available width."""
        self.show_title()

    def show_title(self) -> None:
        """Show the path and the cursor's position."""
        row, column = self._code.cursor_location
        rest = " · unsaved" if self.is_changed else ""
        rest += f" · line {row + 1}, column {column + 1} "
        path = clip_start(visible(str(self._document.path)), self.size.width - len(rest) - 1)
        self.query_one("#context-title", Label).update(Content(f" {path}{rest}"))

    # The file

    @work(thread=True, exclusive=True, group="file")
    def read_file(self, *, drops_draft: bool = False) -> None:
        """Read the file and its draft.

        Args:
            drops_draft: Delete the draft before.
        """
        if drops_draft:
            self._document.drop_draft()
        try:
            self.post_message(self.FileRead(self._document.open()))
        except DamnitError as error:
            self.post_message(self.TaskReported(TaskMessage(error.message, "error")))

    @on(FileRead)
    def show_file(self, event: FileRead) -> None:
        """Show the file, or its draft."""
        text, draft = event.opened.text, event.opened.draft
        self._saved_text = text
        self._results.clear()
        self._load(text if draft is None else draft)
        self._code.read_only = self._session.read_only
        self._code.go_to(self._line)
        self._code.focus()
        if draft is not None:
            self._results.show_message(
                "Restored your unsaved changes. ctrl-r reverts to the saved file.",
                "warning",
            )
        self.show_title()

    def _load(self, text: str) -> None:
        """Replace the text; results shown from now on are about it."""
        self._result_text = text
        self._code.load_text(text)

    @work(thread=True, exclusive=True, group="look")
    def look_at_file(self) -> None:
        """Check if another program has changed the file."""
        if self._current_task is not None:
            return  # it may be saving
        with suppress(DamnitError):
            if (text := self._document.changed_text()) is not None:
                self.post_message(self.FileChanged(text))

    @on(FileChanged)
    def show_changed_file(self, event: FileChanged) -> None:
        """Load a file changed by another program; with unsaved text, only report it."""
        if self._current_task is not None or self._document.is_known(event.text):
            return
        if not self.is_changed:
            self._document.accept(event.text)
            self._saved_text = event.text
            row, column = self._code.cursor_location
            self._results.clear()
            self._load(event.text)
            self._code.go_to(row + 1, column + 1)
            self._results.show_message("Loaded again: the file was changed on disk.", "warning")
        elif event.text != self._reported_text:
            self._reported_text = event.text
            message = "The file was changed on disk. ctrl-s compares; ctrl-o loads it."
            self._results.show_message(message, "warning")
        self.show_title()

    def _save_draft(self) -> None:
        text = self._code.text
        if text != self._draft_text and not self._session.read_only:
            self._draft_text = text
            self.write_draft(text if self.is_changed else None)

    @work(thread=True, group="draft")
    def write_draft(self, text: str | None) -> None:
        """Write the draft; None deletes it."""
        if text is None:
            self._document.drop_draft()
        else:
            self._document.keep_draft(text)

    def action_revert(self) -> None:
        """Revert to the saved text."""
        self._results.clear()
        self._load(self._saved_text)
        self._results.show_message("Reverted to the saved file. ctrl-z undoes this.", "success")

    def action_take_theirs(self) -> None:
        """Load the text on disk; the typed text can be restored with undo."""
        self.read_file(drops_draft=True)

    def action_external(self) -> None:
        """Edit in $EDITOR; the text saved there is loaded here, unsaved."""
        row = self._code.cursor_location[0] + 1
        try:
            text = edit_elsewhere(self._code.text, row, self.app.suspend())
        except SuspendNotSupported:
            message = "This terminal cannot run another program."
            self._results.show_message(message, "error")
        except DamnitError as error:
            self._results.show_message(str(error), "error")
        else:
            self._code.replace_all(text)

    # Tasks

    def action_check(self) -> None:
        """Load the text in the context Python, and show its problems."""
        task = self._new_task("Checking")
        self.run_task(task, task.check(self._code.text))

    def action_save(self) -> None:
        """Save if the text loads; `action_save_anyway` saves it in any case."""
        if self._session.read_only:
            self._results.show_message(READ_ONLY, "warning")
        elif not self.is_changed:
            self._results.show_message("No unsaved changes.", "success")
        else:
            task = self._new_task("Checking before saving")
            self.run_task(task, task.save(self._code.text, self._saved_text))

    def action_save_anyway(self) -> None:
        """Save a text that does not load, or overwrite changes made on disk; only once refused."""
        if self._session.read_only:
            self._results.show_message(READ_ONLY, "warning")
        elif self._code.text != self._refused_text:
            message = "ctrl-s checks and saves; ctrl-t saves only what ctrl-s has refused."
            self._results.show_message(message, "warning")
        else:
            task = self._new_task("Saving")
            self.run_task(task, task.save_anyway(self._code.text))

    def action_try(self) -> None:
        """Prompt for a run, and try the text on it."""
        number = "" if self._key is None else str(self._key.run)
        question = "Try on run (then variables; default: changed ones, *: all):"
        self.query_one(QuestionBar).ask(question, number)

    @on(QuestionBar.Submitted)
    def try_on_run(self, event: QuestionBar.Submitted) -> None:
        """Try the text on the typed run."""
        words = event.text.replace(",", " ").split()
        if not words or not words[0].isdecimal() or self._key is None:
            message = "Enter a run number, such as 42 or 42 xgm."
            self._results.show_message(message, "warning")
            return
        key = self._key = RunKey(self._key.proposal, int(words[0]))
        task = self._new_task(f"Trying on run {key.run}")
        events = task.try_on_run(self._code.text, self._saved_text, key, words[1:])
        self.run_task(task, events)

    def _new_task(self, description: str) -> ContextTask:
        self._cancel_task()
        self._current_task = ContextTask(self._session, self._document)
        self._result_text = self._code.text
        self._results.clear()
        self._results.show_message(f"{description}… (Esc cancels)", "quiet")
        return self._current_task

    def _cancel_task(self) -> None:
        if self._current_task is not None:
            self._current_task.is_cancelled = True

    @work(thread=True, group="task")
    def run_task(self, task: ContextTask, events: Iterator[TaskEvent]) -> None:
        """Post the results of a task as they come."""
        try:
            for event in events:
                self.post_message(self.TaskReported(event, task))
        except DryRunCancelled:
            self._post_task_message(task, "Cancelled.", "quiet")
        except DamnitError as error:
            text = "\n".join(filter(None, [error.message, error.hint]))
            self._post_task_message(task, text, "error")
        except OSError as error:
            reason = error.strerror or str(error)
            self._post_task_message(task, f"Failed: {reason}.", "error")
        finally:
            self.post_message(self.TaskEnded(task))

    def _post_task_message(self, task: ContextTask, text: str, role: str) -> None:
        self.post_message(self.TaskReported(TaskMessage(text, role), task))

    @on(TaskEnded)
    def forget_task(self, event: TaskEnded) -> None:
        """Let Esc close the screen again; what was typed meanwhile outdates the results."""
        if self._current_task is event.task:
            self._current_task = None
            if self._results.has_rows:
                self.mark_results()

    @on(TaskReported)
    def show_event(self, event: TaskReported) -> None:
        """Show a result of the current task; a cancelled one may still report."""
        is_late = event.task is not None and event.task is not self._current_task
        if is_late and not isinstance(event.event, TextSaved):
            return
        results = self._results
        match event.event:
            case ProblemsFound(loaded, success, failure, is_refusal):
                if is_refusal:
                    self._refused_text = self._result_text
                results.show_problems(loaded, success, failure)
                if has_error(loaded):
                    self.action_next_line()
            case ValuesFound(rows):
                results.show_rows(VALUE_COLUMNS, rows)
            case TaskMessage(text, "note"):
                self.notify(text, markup=False)
            case TaskMessage(text, role):
                results.show_message(text, role)
            case TextSaved(text, changed):
                self._show_saved(text, changed)
            case SaveRefused(message, text):
                self._refused_text = self._result_text
                lines = difference(self._code.text, text)
                results.show_rows(DIFFERENCE_COLUMNS, [ResultRow(("", "", line)) for line in lines])
                hint = "ctrl-t overwrites it; ctrl-o loads it."
                results.show_message(f"{message} {hint}", "error")

    def _show_saved(self, text: str, changed: tuple[str, ...]) -> None:
        self._saved_text = text
        self._refused_text = None
        self._changed |= set(changed)
        message = "Saved."
        if changed:
            names = ", ".join(changed[:MOST_NAMES])
            more = len(changed) - MOST_NAMES
            names += f" and {more} more" if more > 0 else ""
            message = f"Saved. Changed: {names}. F9 reprocesses them."
        self._results.show_message(message, "success")
        self.show_title()

    # Results

    def action_hints(self) -> None:
        """Show hints that need no execution."""
        self._result_text = self._code.text
        self._results.show_hints(advice(self._code.text))

    def action_next_line(self) -> None:
        """Go to the place of the next result."""
        if (row := self._results.next_row()) is not None:
            self._code.go_to(row.line, row.column)

    @on(ResultsPane.RowChosen)
    def go_to_row(self, event: ResultsPane.RowChosen) -> None:
        """Go to the place of a result, and edit there."""
        self._code.go_to(event.row.line, event.row.column)
        self._code.focus()

    # Close

    def action_close(self) -> None:
        """Close the prompt, stop a running task, or close; unsaved text stays as a draft."""
        prompt = self.query_one(QuestionBar)
        if prompt.is_open:
            prompt.close()
        elif self._current_task is not None:
            self._cancel_task()
        elif self.is_changed and not self._has_warned:
            self._has_warned = True
            message = "Not saved. Press Esc again to leave; your text is kept as a draft."
            self._results.show_message(message, "warning")
        else:
            self._draft_text = ""
            self._save_draft()
            self.dismiss(None)

    def action_reprocess(self) -> None:
        """Close, and reprocess the variables that are computed differently."""
        if self.is_changed:
            self._results.show_message("Save it first (ctrl-s).", "warning")
        elif not self._changed:
            message = "No variables have changed since you opened the file."
            self._results.show_message(message, "success")
        else:
            self.dismiss(ContextSaved(tuple(sorted(self._changed))))
