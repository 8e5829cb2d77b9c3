"""Keys of prompts."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("prompt.keep", "enter", "apply", footer="apply", rank=1),
    key(
        "prompt.complete",
        "tab",
        "complete the word",
        action="complete(1)",
        footer="complete",
        rank=3,
    ),
    key(
        "prompt.complete_back", "shift+tab", "previous completion", action="complete(-1)", shown=""
    ),
    key(
        "prompt.older",
        "up",
        "previous entry in the history",
        action="history(-1)",
        shown="↑/↓",
        both="previous or next entry in the history",
        footer="history",
        rank=4,
    ),
    key("prompt.newer", "down", "next entry in the history", action="history(1)", shown=""),
    key(
        "prompt.give_up", "escape", "cancel and restore the previous state", footer="cancel", rank=2
    ),
    key("find.keep", "enter", "stay here", footer="go there", rank=1),
    key(
        "find.close",
        "escape",
        "cancel and go back",
        action="give_up",
        footer="cancel",
        rank=2,
    ),
    key(
        "find.next",
        "down,tab",
        "next match",
        action="turn(1)",
        shown="↓/↑",
        both="next or previous match",
        footer="next",
        rank=3,
    ),
    key("find.previous", "up,shift+tab", "previous match", action="turn(-1)", shown=""),
    key("search.keep", "enter", "search", footer="search", rank=1),
    key("search.give_up", "escape", "cancel", footer="cancel", rank=2),
    key("value.keep", "enter", "save the value", footer="save", rank=1),
    key("value.give_up", "escape", "cancel", footer="cancel", rank=2),
    key(
        "value.older",
        "up",
        "previous text typed for this variable, also a cancelled one",
        action="history(-1)",
        shown="↑/↓",
        footer="history",
        rank=3,
        both="previous or next text typed for this variable, also a cancelled one",
    ),
    key("value.newer", "down", "next text typed for this variable", action="history(1)", shown=""),
    key("value.new_line", "ctrl+j", "insert a line break"),
)
