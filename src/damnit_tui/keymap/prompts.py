"""Keys of prompts."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("prompt.keep", "enter", "take what is typed", footer="take", rank=1),
    key(
        "prompt.complete",
        "tab",
        "complete the word",
        action="complete(1)",
        footer="complete",
        rank=3,
    ),
    key("prompt.complete_back", "shift+tab", "the one before", action="complete(-1)", shown=""),
    key(
        "prompt.older",
        "up",
        "what was typed before",
        action="history(-1)",
        shown="↑ ↓",
        footer="history",
        rank=4,
    ),
    key("prompt.newer", "down", "and after that", action="history(1)"),
    key("prompt.give_up", "escape", "cancel: back to what was before", footer="cancel", rank=2),
    key("find.keep", "enter", "stay there", footer="go there", rank=1),
    key(
        "find.close",
        "escape",
        "go back to where one was",
        action="give_up",
        footer="cancel",
        rank=2,
    ),
    key(
        "find.next",
        "down,tab",
        "the next that fits",
        action="turn(1)",
        shown="↓ ↑",
        footer="next/previous",
        rank=3,
    ),
    key("find.previous", "up,shift+tab", "the one before", action="turn(-1)"),
    key("search.keep", "enter", "look for it", footer="search", rank=1),
    key("search.give_up", "escape", "cancel", footer="cancel", rank=2),
    key("value.keep", "enter", "save the value", footer="save", rank=1),
    key("value.give_up", "escape", "cancel", footer="cancel", rank=2),
    key("value.new_line", "ctrl+j", "begin a new line"),
)
