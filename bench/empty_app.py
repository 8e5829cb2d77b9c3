"""The baseline: a Textual app that shows one word."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class EmptyApp(App[None]):
    """Nothing but a word, to know when it shows."""

    def compose(self) -> ComposeResult:
        """The word."""
        yield Static("painted")


if __name__ == "__main__":
    EmptyApp().run()
