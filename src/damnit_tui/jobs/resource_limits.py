"""A dialog that asks for memory and time, for a job that had too little."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from damnit_daemon.settings import InvalidSetting, parse_setting

from ..widgets.plain_input import PlainInput

KEYS = {"memory": "noncluster_mem", "time": "slurm_time"}
"""Settings whose rules validate the fields."""


class LimitsDialog(ModalScreen[tuple[str, str] | None]):
    """Return memory and time as typed; empty means unchanged. None if cancelled."""

    DEFAULT_CSS = """
    LimitsDialog {
        align: center middle;
        & Vertical {
            width: 64; max-width: 96%; height: auto; padding: 1 2;
            background: $surface; border: round $frame-color; border-title-color: $title-color;
            border-subtitle-color: $quiet-color;
        }
        & Label { width: 1fr; height: auto; }
        & #limits-mistake { color: $error-color; }
    }
    """
    BINDINGS = [("escape", "close", "close")]  # noqa: RUF012 – Textual's way

    def compose(self) -> ComposeResult:
        """Compose the two fields."""
        with Vertical() as box:
            box.border_title = "Retry with other limits"
            box.border_subtitle = "⏎ retry · Esc cancel"
            yield Label("Memory, e.g. 50G (empty: unchanged)")
            yield PlainInput(id="memory")
            yield Label("Time, e.g. 04:00:00 (empty: unchanged)")
            yield PlainInput(id="time")
            yield Label("", id="limits-mistake")

    @on(Input.Submitted)
    def accept(self, event: Input.Submitted) -> None:
        """Validate the fields and close with their values."""
        event.stop()
        found = []
        for name, setting in KEYS.items():
            text = self.query_one(f"#{name}", Input).value.strip()
            try:
                found.append(str(parse_setting(setting, text)) if text else "")
            except InvalidSetting as error:
                self.query_one("#limits-mistake", Label).update(Content(str(error)))
                self.query_one(f"#{name}", Input).focus()
                return
        self.dismiss((found[0], found[1]))

    def action_close(self) -> None:
        """Cancel."""
        self.dismiss(None)
