"""The one door for text of data into titles, borders and notifications."""

from __future__ import annotations

from textual.content import Content

from .sanitize import as_line, visible_lines


def plain(text: str) -> Content:
    """One line as it is: brackets are no markup, control characters are shown; never empty."""
    return Content(as_line(text) or " ")


def plain_lines(text: str) -> str:
    """Several lines without control characters; for what is told without markup."""
    return "\n".join(visible_lines(text))
