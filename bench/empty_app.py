"""The baseline: a Textual app that shows one word."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class EmptyApp(App[None]):
    """Shows a single word, to detect the first paint."""

    def compose(self) -> ComposeResult:
        """Compose the word."""
        yield Static("painted")


if __name__ == "__main__":
    EmptyApp().run()
