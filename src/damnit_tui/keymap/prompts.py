"""Keys while something is typed in a line."""

from __future__ import annotations

from .key import Key

KEYS: tuple[Key, ...] = (
    Key("prompt.complete", "tab", "complete(1)", "complete the word", "prompt", "Find"),
    Key("prompt.complete_back", "shift+tab", "complete(-1)", "the one before", "prompt", "Find"),
    Key("prompt.older", "up", "history(-1)", "what was typed before", "prompt", "Find", "↑"),
    Key("prompt.newer", "down", "history(1)", "and after that", "prompt", "Find", "↓"),
    Key("prompt.give_up", "escape", "give_up", "back, as it was before", "prompt", "Find", "Esc"),
    Key("find.close", "escape", "close", "go back to where one was", "find", "Find", "Esc"),
    Key("find.next", "down,tab", "turn(1)", "the next that fits", "find", "Find", "↓ Tab"),
    Key("find.previous", "up,shift+tab", "turn(-1)", "the one before", "find", "Find", "↑"),
)
