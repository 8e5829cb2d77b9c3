"""The prompt above the footer for typing a value, validated while typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label

from .. import keymap
from ..sanitize import LINES, visible
from .history import History
from .plain_input import PlainInput
from .prompt_line import PromptLine

Value = int | float | str | None


class Question(NamedTuple):
    """A prompt for a value."""

    title: str
    """Subject of the prompt; printable."""
    expected: str
    """Expected input; printable."""
    parse: Callable[[str], Value]
    """Parses the input, or raises `ValueError` with a description of the mistake."""
    text: str = ""
    """Initial text."""
    before: str = ""
    """Previous value; printable."""
    placeholder: str = ""
    """What to do while the line is empty; printable."""
    history: tuple[str, ...] = ()
    """Texts that ↑ and ↓ recall, oldest first."""
    is_urgent: bool = False
    """True if it concerns more than one cell: the title must stand out."""


class EditPrompt(Vertical, PromptLine):
    """A question with an input line below it; Enter submits, Esc cancels, ↑ ↓ recall texts."""

    DEFAULT_CSS = """
    EditPrompt {
        height: 2;
        background: $surface;
        & Horizontal { height: 1; }
        & Label { width: auto; max-width: 60%; height: 1; padding: 0 1; }
        & #edit-title { color: $title-color; text-style: $title-style; }
        & #edit-title.-urgent { color: $warning-color; }
        & #edit-before { width: 1fr; color: $quiet-color; }
        & #edit-expected { color: $quiet-color; }
        & #edit-expected.-mistake { color: $error-color; }
        & #edit-arrow { color: $title-color; }
    }
    """
    key_owner = "value"
    BINDINGS = keymap.bindings(key_owner)

    def __init__(self, question: Question, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.question = question
        self._history = History(question.history, is_searched=False)

    def compose(self) -> ComposeResult:
        """Compose the two lines."""
        question = self.question
        with Horizontal():
            title = Label(Content(question.title), id="edit-title")
            yield title.set_class(question.is_urgent, "-urgent")
            before = f"was: {question.before}" if question.before else ""
            yield Label(Content(before), id="edit-before")
            yield Label(Content(question.expected), id="edit-expected")
        with Horizontal():
            yield Label("›", id="edit-arrow")
            yield LineInput(question.text, placeholder=question.placeholder, select_on_focus=False)

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def check(self, event: Input.Changed) -> None:
        """Show mistakes while typing."""
        event.stop()
        self._value(event.value)
        if event.value != self.question.text:
            self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        """Submit the text if it is a valid value."""
        event.stop()
        is_good, value = self._value(event.value)
        if is_good:
            self.post_message(self.Submitted(self, event.value, value))
        else:
            self.app.bell()

    def action_new_line(self) -> None:
        """Insert a line break."""
        self.query_one(Input).insert_text_at_cursor("\n")

    def action_history(self, step: int) -> None:
        """Recall an entry of the history."""
        found = self._history.older(self.text) if step < 0 else self._history.newer(self.text)
        if found is not None:
            self.input.value = found
            self.input.cursor_position = len(found)

    def show_mistake(self, mistake: str) -> None:
        """Show a mistake; empty for none."""
        label = self.query_one("#edit-expected", Label)
        label.set_class(bool(mistake), "-mistake")
        label.update(Content(f"✗ {visible(mistake)}" if mistake else self.question.expected))

    def _value(self, line: str) -> tuple[bool, Value]:
        try:
            value = self.question.parse(line)
        except ValueError as error:
            self.show_mistake(str(error))
            return False, None
        self.show_mistake("")
        return True, value


class LineInput(PlainInput):
    """An input that may hold line breaks (ctrl-j, or pasted), which are shown as `⏎`."""

    def on_paste(self, event: events.Paste) -> None:
        """Paste all lines, where Textual would paste only the first."""
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor("\n".join(LINES.split(event.text.rstrip("\r\n"))))
