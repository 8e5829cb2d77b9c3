"""A line at the foot of a screen to answer a question, hidden until there is one."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from .plain_input import PlainInput


class QuestionBar(Horizontal):
    """A question and a field; the focus returns to where it was."""

    DEFAULT_CSS = """
    QuestionBar {
        height: 1;
        display: none;
        background: $surface;
        & Label { width: auto; padding: 0 1; color: $title-color; }
    }
    """

    @dataclass
    class Submitted(Message):
        """Posted when an answer was typed; the prompt is closed."""

        purpose: str
        text: str

    def __init__(self, *, key_owner: str = "", id: str | None = None) -> None:
        """Create a closed prompt.

        Args:
            key_owner: Owner of the keys shown while it is open; empty for those of the screen.
            id: ID in style sheets.
        """
        super().__init__(id=id)
        self.key_owner = key_owner
        self._field = PlainInput()
        self._label = Label("")
        self._purpose = ""
        self._previous: Widget | None = None
        """The widget that had the focus."""

    def compose(self) -> ComposeResult:
        """Compose the question and the field."""
        yield self._label
        yield self._field

    @property
    def is_open(self) -> bool:
        """True while a question is shown."""
        return bool(self.display)

    def ask(self, question: str, text: str = "", *, purpose: str = "", hint: str = "") -> None:
        """Ask a question.

        Args:
            question: The question.
            text: The text to start with.
            purpose: Returned with the answer.
            hint: Shown while the field is empty.
        """
        if not self.is_open:
            self._previous = self.screen.focused
        self._purpose = purpose
        self._label.update(Content(question))
        self._field.value = text
        self._field.placeholder = hint
        self.display = True
        self._field.focus()

    def close(self) -> None:
        """Close without an answer."""
        self.display = False
        self.screen.set_focus(self._previous)

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Post the answer."""
        event.stop()
        self.close()
        self.post_message(self.Submitted(self._purpose, event.value))
