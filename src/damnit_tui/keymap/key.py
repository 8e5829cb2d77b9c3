"""A key of the key table."""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """The action of a key, and where it is bound."""

    id: str
    """`area.verb`: what settings refer to; never changes."""
    keys: str
    """Textual's key names, separated by commas."""
    action: str
    text: str
    """Description for help and tooltips; begins in lower case."""
    owner: str
    """Owner of the binding: the table, the main screen, the app or a dialog."""
    section: str
    """Heading in the help."""
    shown: str = ""
    """How the keys are written; empty for their names."""
    footer: str = ""
    """Label in the footer; empty to leave it out."""
    rank: int = 0
    """Position in the footer, from the left; on a narrow screen the last ones are dropped first."""


def main_key(
    id: str, keys: str, text: str, section: str, shown: str = "", footer: str = "", rank: int = 0
) -> Key:
    """Return a key of the main screen, which runs the command of the same id."""
    return Key(id, keys, f"command({id!r})", text, "main", section, shown, footer, rank)
