"""An input line at the bottom of the screen, with completion, history, and error display."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from .. import keymap
from ..sanitize import visible
from .history import History
from .plain_input import PlainInput
from .prompt_hint import PromptHint
from .prompt_line import PromptLine

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

PAUSE_S = 0.15
"""Delay after the last key before the change is posted: each query of a large table takes time."""

Complete = Callable[[str, int], "Completion | None"]


class Prompt(Vertical, PromptLine):
    """An input line; Enter accepts, Esc cancels, Tab completes, ↑ ↓ recall the history."""

    DEFAULT_CSS = """
    Prompt {
        height: auto;
        background: $surface;
        & Horizontal { height: 1; }
        & Label { width: auto; padding: 0 1; color: $title-color; text-style: $title-style; }
    }
    """
    key_owner = "prompt"
    BINDINGS = keymap.bindings(key_owner)

    def __init__(
        self,
        label: str,
        text: str = "",
        *,
        history: Iterable[str] = (),
        complete: Complete = lambda _text, _cursor: None,
        idle: str = "",
        id: str | None = None,
    ) -> None:
        """Create a prompt.

        Args:
            label: The label in front of the input.
            text: Initial text.
            history: Earlier inputs, oldest first.
            complete: Returns the completions of the word at a position.
            idle: The hint to show while there are no suggestions.
            id: The ID of the widget in the DOM.
        """
        super().__init__(id=id)
        self._label = label
        self._text = text
        self._history = History(history)
        self._complete = complete
        self._idle = idle
        self._completion: Completion | None = None
        self._chosen: int | None = None
        self._inserted: str | None = text

    def compose(self) -> ComposeResult:
        """Compose a label and an input, with a hint line under them."""
        with Horizontal():
            yield Label(self._label, markup=False)
            # A text that ends in a blank is to be continued, so it is not selected.
            yield PlainInput(self._text, select_on_focus=self._text[-1:] not in ("", " "))
        yield PromptHint()

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(PromptHint).show_idle(self._idle)
        self.query_one(Input).focus()

    def show_mistake(self, message: str, start: int, end: int) -> None:
        """Show a mistake at its position in the text."""
        typed = self.query_one(Input)
        place = typed.region.x - self.region.x - round(typed.scroll_x)
        self.query_one(PromptHint).show_mistake(message, place + start, end - start)

    def show_well(self) -> None:
        """Clear the mistake."""
        found = self._completion
        options = found.options if found is not None else ()
        if found is not None and options == (self.text[found.start : found.end],):
            options = ()  # already typed
        self.query_one(PromptHint).show_options(options, self._chosen)

    def show_result(self, text: str) -> None:
        """Show what the text amounts to, beside the suggestions."""
        self.query_one(PromptHint).show_result(text)

    # Typing

    @on(Input.Changed)
    def input_changed(self, event: Input.Changed) -> None:
        """Offer completions; post the text once typing pauses."""
        event.stop()
        text = event.value
        if text != self.text:
            return  # keys were faster than this event for an older text
        if text != self._inserted:
            self._inserted, self._chosen = None, None
            self._completion = self._complete(text, self.query_one(Input).cursor_position)
            self.show_well()
        self.set_timer(PAUSE_S, lambda: self._tell(text))

    def _tell(self, text: str) -> None:
        if self.is_attached and self.text == text:
            self.post_message(self.Changed(self, text))

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        """Submit the text on Enter."""
        event.stop()
        self.post_message(self.Submitted(self, event.value))

    def action_complete(self, step: int) -> None:
        """Insert the next suggestion, or the previous one."""
        typed = self.query_one(Input)
        if self._chosen is None:
            self._completion = self._complete(typed.value, typed.cursor_position)
        found = self._completion
        if found is None or not found.options:
            return
        before = "" if self._chosen is None else found.options[self._chosen]
        old_end = found.end if self._chosen is None else found.start + len(before)
        self._chosen = _next(self._chosen, step, len(found.options))
        option = found.options[self._chosen]
        self._put(
            typed.value[: found.start] + option + typed.value[old_end:], found.start + len(option)
        )
        self.query_one(PromptHint).show_options(found.options, self._chosen)

    def action_history(self, step: int) -> None:
        """Recall an entry of the history."""
        now = self.text
        found = self._history.older(now) if step < 0 else self._history.newer(now)
        if found is not None:
            self._completion, self._chosen = None, None
            self._put(found, len(found))
            self.query_one(PromptHint).show_options(())

    def _put(self, text: str, cursor: int) -> None:
        typed = self.query_one(Input)
        self._inserted = text
        typed.value = text
        typed.cursor_position = cursor


def offered(completion: Completion) -> Completion:
    """Remove control characters from a completion: typed text is sent to the terminal."""
    options = tuple(option for option in completion.options if visible(option) == option)
    return replace(completion, options=options)


def _next(chosen: int | None, step: int, total: int) -> int:
    if chosen is None:
        return 0 if step > 0 else total - 1
    return (chosen + step) % total
