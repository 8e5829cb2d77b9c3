"""A key of the key table."""

from __future__ import annotations

from typing import NamedTuple

from textual.keys import format_key

_NAMES = {"": "", "pagedown": "PgDn", "pageup": "PgUp"}


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
    section: str = ""
    """Heading in the help; for the keys of the main screen only."""
    shown: str = ""
    """How the keys are written; empty for the second key of a pair."""
    footer: str = ""
    """Label in the footer; empty to leave it out."""
    rank: int = 0
    """Position in the footer, from the left; on a narrow screen the last ones are dropped first."""
    both: str = ""
    """Description of a pair in the help, which lists only its first key; the second follows it."""

    @property
    def own_label(self) -> str:
        """How this key is written without the other one of its pair."""
        is_pair = self.both or not self.shown
        return _shown(self.keys.partition(",")[0]) if is_pair else self.shown


def key(
    id: str,
    keys: str,
    text: str,
    *,
    owner: str = "",
    action: str = "",
    section: str = "",
    shown: str | None = None,
    footer: str = "",
    rank: int = 0,
    both: str = "",
) -> Key:
    """Return a row of the table.

    By default, the owner and the action are the area and the verb of the id, and only the first
    key is shown.
    """
    area, _, verb = id.partition(".")
    if shown is None:
        shown = _shown(keys.partition(",")[0])
    return Key(id, keys, action or verb, text, owner or area, section, shown, footer, rank, both)


def main_key(
    id: str,
    keys: str,
    text: str,
    *,
    section: str,
    shown: str | None = None,
    footer: str = "",
    rank: int = 0,
    both: str = "",
) -> Key:
    """Return a key of the main screen, which runs the command of the same id."""
    return key(
        id,
        keys,
        text,
        owner="main",
        action=f"command({id!r})",
        section=section,
        shown=shown,
        footer=footer,
        rank=rank,
        both=both,
    )


def written(key: str) -> str:
    """Format a key for display: `ctrl-g`, `|`."""
    *modifiers, last = key.split("+")
    return "-".join([*modifiers, format_key(last)])


def _shown(key: str) -> str:
    """Format a key as the rows above show it: names of keys in upper case."""
    name = _NAMES.get(key) or written(key)
    return name if "+" in key or len(name) == 1 or key in _NAMES else name.capitalize()
