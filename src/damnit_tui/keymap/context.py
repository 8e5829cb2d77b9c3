"""Keys of the context editor."""

from __future__ import annotations

from .key import Key

KEYS: tuple[Key, ...] = (
    Key("context.close", "escape", "close", "back", "context", "Screens", "Esc", "back", 1),
    Key(
        "context.help",
        "f1",
        "app.help('context')",
        "these keys",
        "context",
        "Screens",
        "F1",
        "help",
        1,
    ),
    Key("context.save", "ctrl+s", "save", "check and save", "context", "Act", "ctrl-s", "save", 2),
    Key(
        "context.check", "f5", "check", "check it in its Python", "context", "Act", "F5", "check", 3
    ),
    Key(
        "context.try",
        "f6",
        "try",
        "try it on a run, storing nothing",
        "context",
        "Act",
        "F6",
        "try",
        4,
    ),
    Key(
        "context.reprocess",
        "f9",
        "reprocess",
        "reprocess changed variables",
        "context",
        "Act",
        "F9",
        "reprocess",
        5,
    ),
    Key(
        "context.hints",
        "f7",
        "hints",
        "hints, at once",
        "context",
        "Act",
        "F7",
        "hints",
        6,
    ),
    Key(
        "context.external",
        "ctrl+e",
        "external",
        "edit it in $EDITOR",
        "context",
        "Act",
        "ctrl-e",
        "$EDITOR",
        7,
    ),
    Key(
        "context.next",
        "f8",
        "next_line",
        "go to the next problem, hint or variable of the list",
        "context",
        "Move",
        "F8",
    ),
    Key("context.revert", "ctrl+r", "revert", "back to what is saved", "context", "Act", "ctrl-r"),
    Key("context.force", "ctrl+t", "save_anyway", "save anyway", "context", "Act", "ctrl-t"),
    Key(
        "context.theirs",
        "ctrl+o",
        "take_theirs",
        "take what was saved elsewhere",
        "context",
        "Act",
        "ctrl-o",
    ),
)
