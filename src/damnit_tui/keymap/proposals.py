"""Keys of the shift report, and of the list of proposals."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("report.close", "escape", "back", footer="back", rank=1),
    key("report.help", "f1", "these keys", action="app.help('report')", footer="help", rank=1),
    key("report.copy", "ctrl+y", "copy it", footer="copy", rank=2),
    key("report.save", "ctrl+s", "write it to a file", footer="file", rank=3),
    key("report.send", "ctrl+o", "send it to the logbook", footer="logbook", rank=4),
    key("proposals.close", "escape", "back", footer="back", rank=1),
    key(
        "proposals.help", "f1", "these keys", action="app.help('proposals')", footer="help", rank=1
    ),
    key("proposals.down", "down", "further down", action="step(1)"),
    key("proposals.up", "up", "further up", action="step(-1)"),
    key("proposals.make", "ctrl+n", "make a folder for the proposal typed", footer="new", rank=2),
    key(
        "proposals.like",
        "ctrl+t",
        "make one like the present one",
        action="make_like",
        footer="new, like this one",
        rank=3,
    ),
)
