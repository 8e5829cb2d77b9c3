"""Keys of the shift report, and of the list of proposals."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("report.close", "escape", "back", footer="back", rank=1),
    key("report.help", "f1", "show these keys", action="app.help('report')", footer="help", rank=1),
    key("report.copy", "ctrl+y", "copy the report", footer="copy", rank=2),
    key("report.save", "ctrl+s", "save it to a file", footer="save", rank=3),
    key("report.send", "ctrl+o", "send it to the logbook", footer="send", rank=4),
    key("proposals.close", "escape", "back", footer="back", rank=1),
    key(
        "proposals.help",
        "f1",
        "show these keys",
        action="app.help('proposals')",
        footer="help",
        rank=1,
    ),
    key(
        "proposals.down",
        "down",
        "next line",
        action="move(1)",
        shown="↓/↑",
        both="next or previous line",
    ),
    key("proposals.up", "up", "previous line", action="move(-1)", shown=""),
    key(
        "proposals.page_down",
        "pagedown",
        "page down",
        action="page(1)",
        shown="PgDn/PgUp",
        both="page down or up",
    ),
    key("proposals.page_up", "pageup", "page up", action="page(-1)", shown=""),
    key("proposals.make", "ctrl+n", "create a folder for the typed proposal", footer="new", rank=2),
    key(
        "proposals.like",
        "ctrl+t",
        "create one with the settings of the current folder",
        action="make_like",
        footer="new (copy)",
        rank=3,
    ),
)
