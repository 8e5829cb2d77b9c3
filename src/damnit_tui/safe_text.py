"""Sanitize data for titles, borders and notifications."""

from __future__ import annotations

from textual.content import Content

from .sanitize import as_line, visible_lines


def plain(text: str) -> Content:
    """Return one line of literal text, never empty; control characters are made visible."""
    return Content(as_line(text) or " ")


def plain_lines(text: str) -> str:
    """Return several lines without control characters; for output without markup."""
    return "\n".join(visible_lines(text))
