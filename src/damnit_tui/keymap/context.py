"""Keys of the context editor."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("context.close", "escape", "back", footer="back", rank=1),
    key(
        "context.help", "f1", "show these keys", action="app.help('context')", footer="help", rank=1
    ),
    key("context.save", "ctrl+s", "check and save", footer="save", rank=2),
    key("context.check", "f5", "check it in its Python environment", footer="check", rank=3),
    key("context.try", "f6", "dry run: run it on one run, store nothing", footer="dry run", rank=4),
    key("context.reprocess", "f9", "reprocess changed variables", footer="reprocess", rank=5),
    key("context.hints", "f7", "update the hints now", footer="hints", rank=6),
    key("context.external", "ctrl+e", "edit it in $EDITOR", footer="$EDITOR", rank=7),
    key(
        "context.next",
        "f8",
        "go to the next problem, hint or variable in the list",
        action="next_line",
    ),
    key("context.revert", "ctrl+r", "revert to the saved file"),
    key("context.force", "ctrl+t", "save what ctrl-s has refused", action="save_anyway"),
    key("context.theirs", "ctrl+o", "load the version saved elsewhere", action="take_theirs"),
)
