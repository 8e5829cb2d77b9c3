"""The line under a prompt: suggestions, or a mistake and its position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from ..sanitize import clip, visible
from ..themes import component, component_classes

CARET = "^"
CHOSEN = "›"


class PromptHint(Widget):
    """One line, or a few for a long mistake, which takes precedence over suggestions."""

    DEFAULT_CSS = """
    PromptHint {
        height: auto; max-height: 4;
        background: $surface;
        color: $aside-color;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes("error", "highlight")

    def __init__(self) -> None:
        super().__init__()
        self._options: Sequence[str] = ()
        self._chosen: int | None = None
        self._mistake: tuple[str, int, int] | None = None
        self._idle = ""
        self._result = ""

    def show_options(self, options: Sequence[str], chosen: int | None = None) -> None:
        """Show suggestions.

        Args:
            options: Best first.
            chosen: Index of the one already in the prompt.
        """
        self._options, self._chosen = options, chosen
        self._set_mistake(None)

    def show_mistake(self, message: str, x: int, width: int) -> None:
        """Show a mistake at its position.

        Args:
            message: A sentence.
            x: Start of the mistake, in characters from the left.
            width: Length of the mistake.
        """
        self._set_mistake((visible(message), x, width))

    def show_idle(self, text: str) -> None:
        """Set the text for when there is nothing else to show."""
        self._idle = text
        self.refresh()

    def show_result(self, text: str) -> None:
        """Show a result on the right, in place of a mistake."""
        self._result = visible(text)
        self._set_mistake(None)

    def render(self) -> Text:
        """Render suggestions, clipped at the edge, or the mistake."""
        if self._mistake is not None:
            text = mistake_lines(*self._mistake, self.container_size.width)
            return Text(text, self.get_component_rich_style(component("error")), end="")
        line = Text(no_wrap=True, end="")
        result = clip(self._result, self.size.width - 1)
        room = self.size.width - (cell_len(result) + 1 if result else 0)
        if self._options:
            self._write_options(line, room)
        elif room > len(self._idle) or not result:
            line.append(clip(f" {self._idle}", room))
        if result:
            line.append(" " * (room - line.cell_len))
            line.append(result, self.get_component_rich_style(component("highlight")))
        return line

    def _set_mistake(self, mistake: tuple[str, int, int] | None) -> None:
        needs_layout = (mistake or self._mistake) is not None  # each may need another height
        self._mistake = mistake
        self.refresh(layout=needs_layout)

    def _write_options(self, line: Text, room: int) -> None:
        chosen = self.get_component_rich_style(component("highlight"))
        line.append(" Tab ")
        first = max(0, (self._chosen or 0) - 3)
        for place, option in enumerate(self._options[first:], first):
            word = clip(visible(option), 40)
            if line.cell_len + cell_len(word) + 4 > room:
                line.append(" …")
                return
            is_chosen = place == self._chosen
            line.append(f"{CHOSEN if is_chosen else ' '}{word} ", chosen if is_chosen else None)


def mistake_lines(message: str, x: int, width: int, room: int) -> str:
    """Return carets under the mistake, with the message beside them, or below if it is long."""
    x = max(0, min(x, room - 1))
    carets = CARET * max(1, min(width, room - x))
    if cell_len(message) < room - x - len(carets):
        return f"{' ' * x}{carets} {message}"
    if cell_len(message) < x:
        return f"{message:>{x - 1}} {carets}"
    return f"{' ' * x}{carets}\n{message}"
