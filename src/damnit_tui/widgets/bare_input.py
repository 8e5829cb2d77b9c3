"""A line to type in, without a frame."""

from __future__ import annotations

from textual.widgets import Input


class BareInput(Input):
    """One line high, as wide as there is room."""

    DEFAULT_CSS = """
    BareInput {
        width: 1fr; height: 1; border: none; padding: 0; background: $surface;
        &:focus { border: none; }
    }
    """
