"""Keys of the shift report, and of the list of proposals."""

from __future__ import annotations

from .key import Key

KEYS: tuple[Key, ...] = (
    Key("report.close", "escape", "close", "back", "report", "Screens", "Esc", "back", 1),
    Key(
        "report.help",
        "f1",
        "app.help('report')",
        "these keys",
        "report",
        "Screens",
        "F1",
        "help",
        1,
    ),
    Key("report.copy", "ctrl+y", "copy", "copy it", "report", "Take", "ctrl-y", "copy", 2),
    Key(
        "report.save", "ctrl+s", "save", "write it to a file", "report", "Take", "ctrl-s", "file", 3
    ),
    Key(
        "report.send",
        "ctrl+o",
        "send",
        "send it to the logbook",
        "report",
        "Take",
        "ctrl-o",
        "logbook",
        4,
    ),
    Key("proposals.close", "escape", "close", "back", "proposals", "Screens", "Esc", "back", 1),
    Key(
        "proposals.help",
        "f1",
        "app.help('proposals')",
        "these keys",
        "proposals",
        "Screens",
        "F1",
        "help",
        1,
    ),
    Key("proposals.down", "down", "step(1)", "further down", "proposals", "Move", "↓"),
    Key("proposals.up", "up", "step(-1)", "further up", "proposals", "Move", "↑"),
    Key(
        "proposals.make",
        "ctrl+n",
        "make",
        "make a folder for the proposal typed",
        "proposals",
        "Act",
        "ctrl-n",
        "new",
        2,
    ),
    Key(
        "proposals.like",
        "ctrl+t",
        "make_like",
        "make one like the present one",
        "proposals",
        "Act",
        "ctrl-t",
        "new, like this one",
        3,
    ),
)
