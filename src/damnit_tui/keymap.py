"""Every key of the app, once: bindings, footer, help screen and docs are drawn from here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding, BindingType
from textual.keys import format_key


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


KEYS = (
    Key("table.down", "down,j", "move_cursor(1, 0)", "next row", "table", "Move", "↓ j"),
    Key("table.up", "up,k", "move_cursor(-1, 0)", "previous row", "table", "Move", "↑ k"),
    Key("table.right", "right,l", "move_cursor(0, 1)", "next column", "table", "Move", "→ l"),
    Key("table.left", "left,h", "move_cursor(0, -1)", "previous column", "table", "Move", "← h"),
    Key("table.first", "g,ctrl+home", "move_first", "newest run", "table", "Move", "g"),
    Key("table.last", "G,ctrl+end", "move_last", "oldest run; 123G: run 123", "table", "Move", "G"),
    Key("table.line_start", "0,home", "move_line_start", "first column", "table", "Move", "0 Home"),
    Key(
        "table.line_end",
        "dollar_sign,end",
        "move_line_end",
        "last column",
        "table",
        "Move",
        "$ End",
    ),
    Key(
        "table.page_down", "pagedown,ctrl+f", "move_page(1.0)", "page down", "table", "Move", "PgDn"
    ),
    Key("table.page_up", "pageup,ctrl+b", "move_page(-1.0)", "page up", "table", "Move", "PgUp"),
    Key(
        "table.half_down", "ctrl+d", "move_page(0.5)", "half a page down", "table", "Move", "ctrl-d"
    ),
    Key("table.half_up", "ctrl+u", "move_page(-0.5)", "half a page up", "table", "Move", "ctrl-u"),
    Key(
        "table.problem",
        "x",
        "next_problem",
        "next cell that failed",
        "table",
        "Move",
        "x",
        "next problem",
        3,
    ),
    Key(
        "runs.jump",
        "colon",
        "jump",
        "go to a run by its number",
        "main",
        "Move",
        ":",
        "go to run",
        4,
    ),
    Key(
        "runs.follow",
        "F",
        "follow",
        "go along with new runs, or not",
        "main",
        "Move",
        "F",
        "follow",
        5,
    ),
    Key(
        "table.inspect",
        "enter,w",
        "inspect",
        "the value in full, or why it is empty",
        "table",
        "Look",
        "⏎ w",
        "inspect",
        2,
    ),
    Key("runs.copy", "y", "copy", "copy the cell", "main", "Take", "y", "copy", 6),
    Key("app.help", "question_mark", "help", "this help", "app", "Screens", "?", "help", 1),
    Key("app.quit", "q,ctrl+q", "quit", "quit", "app", "Screens", "q", "quit", 7),
    Key("dialog.close", "escape,q,enter", "close", "close", "dialog", "Screens", "Esc", "close"),
    Key("dialog.down", "j,down", "scroll(1)", "further down", "dialog", "Move", "↓ j"),
    Key("dialog.up", "k,up", "scroll(-1)", "further up", "dialog", "Move", "↑ k"),
    Key("dialog.copy", "y", "copy", "copy what is shown", "inspect", "Take", "y", "copy"),
)

HELP_SECTIONS = ("Move", "Look", "Take", "Screens")
MAIN_OWNERS = frozenset({"table", "main", "app"})
"""Whose keys work while the table is all that is open."""

PAGE_HEAD = """\
# Keys

The keys of the app, as `?` shows them there. Drawn from `damnit_tui/keymap.py`, not written:
`python -m damnit_tui.keymap > docs/keys.md`.
"""


def bindings(owner: str) -> list[BindingType]:
    """The bindings of one widget, screen or app."""
    return [
        Binding(
            key.keys,
            key.action,
            key.footer or key.text,
            show=bool(key.rank),
            key_display=key.shown or None,
            tooltip=key.text,
            id=key.id,
        )
        for key in KEYS
        if key.owner == owner
    ]


def help_lines(section: str) -> list[tuple[str, str]]:
    """The keys under one heading of the help, as they are written, with what they do."""
    return [(key.shown or key.keys, key.text) for key in _keys(section)]


def footer_keys() -> list[Key]:
    """The keys in the footer, from the left."""
    return sorted((key for key in KEYS if key.rank), key=lambda key: key.rank)


def as_markdown() -> str:
    """`docs/keys.md`: the keys of the table by heading, then those of the boxes over it."""
    of_table = [(section, _keys(section)) for section in HELP_SECTIONS]
    in_boxes = [key for key in KEYS if key.owner not in MAIN_OWNERS]
    parts = [_table_of_keys(*part) for part in (*of_table, ("In a box over the table", in_boxes))]
    return "\n".join([PAGE_HEAD, *parts])


def _keys(section: str) -> list[Key]:
    return [key for key in KEYS if key.section == section and key.owner in MAIN_OWNERS]


def _table_of_keys(heading: str, keys: Iterable[Key]) -> str:
    lines = [f"## {heading}", "", "| key | does |", "|---|---|"]
    for key in keys:
        written = " ".join(f"`{_written(one)}`" for one in key.keys.split(","))
        lines.append(f"| {written} | {key.text} |")
    return "\n".join([*lines, ""])


def _written(key: str) -> str:
    *modifiers, last = key.split("+")
    name = format_key(last)
    return "-".join([*modifiers, name.capitalize() if len(name) > 1 else name])


if __name__ == "__main__":
    print(as_markdown(), end="")
