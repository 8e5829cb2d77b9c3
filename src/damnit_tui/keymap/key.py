"""What is known of a key."""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """What a key does, and where."""

    id: str
    """`area.verb`: what settings refer to, for good."""
    keys: str
    """As Textual names them, separated by commas."""
    action: str
    text: str
    """What it does, for help and tooltips; begins in lower case."""
    owner: str
    """Whose binding it is: the table's, the main screen's, the app's or a dialog's."""
    section: str
    """Its heading in the help."""
    shown: str = ""
    """How the keys are written; empty: as they are."""
    footer: str = ""
    """Its word in the footer; empty: it is not there."""
    rank: int = 0
    """Its place in the footer, from the left; the last ones go first on a narrow screen."""
