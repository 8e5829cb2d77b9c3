"""The pane next to or below the table that shows the data of the cell under the cursor."""

from __future__ import annotations

from .data_view import DataView

BESIDE_FROM = 110
"""Minimum screen width for the side-by-side layout."""


class Preview(DataView):
    """A preview of the viewer, without leaving the table."""

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
