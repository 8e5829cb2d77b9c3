"""A dialog over the table; content longer than the screen scrolls."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from .. import keymap


class DialogScreen(ModalScreen[None]):
    """A frame with a title that closes on request."""

    DEFAULT_CSS = """
    DialogScreen {
        align: center middle;
        & VerticalScroll {
            width: 88;
            max-width: 96%;
            height: auto;
            max-height: 92%;
            padding: 1 2;
            background: $surface;
            border: round $frame-color;
            border-title-color: $title-color;
            border-title-style: $title-style;
            border-subtitle-color: $quiet-color;
            scrollbar-size-vertical: 1;
            scrollbar-background: $surface;
        }
        & Static { width: 1fr; height: auto; }
    }
    """
    BINDINGS = keymap.bindings("dialog")

    def action_scroll(self, lines: int) -> None:
        """Scroll the content."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self.action_scroll(pages * self.query_one(VerticalScroll).size.height)

    def action_close(self) -> None:
        """Return to the table."""
        self.dismiss()
