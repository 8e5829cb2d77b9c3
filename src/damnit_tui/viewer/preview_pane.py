"""The pane beside or below the table that shows the data of the cell under the cursor."""

from __future__ import annotations

from .data_view import DataView

BESIDE_FROM = 110
"""Columns of a screen that has room for both side by side."""


class Preview(DataView):
    """What Enter would show, without leaving the table."""

    DEFAULT_CSS = """
    Preview {
        width: 46%;
        height: 1fr;
        border-left: solid $primary 40%;
        &.-below {
            width: 1fr;
            height: 45%;
            border-left: none;
            border-top: solid $primary 40%;
        }
        & #data-about { color: $text-primary; }
    }
    """
