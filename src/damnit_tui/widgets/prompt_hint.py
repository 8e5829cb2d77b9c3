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
    """One line; a mistake takes precedence over suggestions."""

    DEFAULT_CSS = """
    PromptHint {
        height: 1;
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

    def show_options(self, options: Sequence[str], chosen: int | None = None) -> None:
        """Show suggestions.

        Args:
            options: Best first.
            chosen: Index of the one already in the prompt.
        """
        self._options, self._chosen, self._mistake = options, chosen, None
        self.refresh()

    def show_mistake(self, message: str, x: int, width: int) -> None:
        """Show a mistake at its position.

        Args:
            message: A sentence.
            x: Start of the mistake, in characters from the left.
            width: Length of the mistake.
        """
        self._mistake = (visible(message), x, width)
        self.refresh()

    def show_idle(self, text: str) -> None:
        """Set the text for when there is nothing else to show."""
        self._idle = text
        self.refresh()

    def render(self) -> Text:
        """Render the line, clipped at the edge."""
        line = Text(no_wrap=True, end="")
        if self._mistake is not None:
            text = mistake_line(*self._mistake, self.size.width)
            line.append(text, self.get_component_rich_style(component("error")))
        elif self._options:
            self._write_options(line)
        else:
            line.append(clip(f" {self._idle}", self.size.width))
        return line

    def _write_options(self, line: Text) -> None:
        chosen = self.get_component_rich_style(component("highlight"))
        line.append(" Tab ")
        first = max(0, (self._chosen or 0) - 3)
        for place, option in enumerate(self._options[first:], first):
            word = clip(visible(option), 40)
            if line.cell_len + cell_len(word) + 4 > self.size.width:
                line.append(" …")
                return
            is_chosen = place == self._chosen
            line.append(f"{CHOSEN if is_chosen else ' '}{word} ", chosen if is_chosen else None)


def mistake_line(message: str, x: int, width: int, room: int) -> str:
    """Return carets under the mistake; the message is on the right if it fits or has more room."""
    x = max(0, min(x, room - 1))
    carets = CARET * max(1, min(width, room - x))
    right = room - x - len(carets) - 1
    if cell_len(message) <= right or right >= x:
        return f"{' ' * x}{carets} {clip(message, right)}"
    return f"{clip(message, x - 1):>{max(0, x - 1)}} {carets}"
