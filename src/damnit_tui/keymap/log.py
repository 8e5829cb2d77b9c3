"""Keys of the log screen."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("log.close", "escape,q", "back", footer="back", rank=1),
    key(
        "log.help",
        "question_mark,f1",
        "show these keys",
        action="app.help('log')",
        footer="help",
        rank=1,
    ),
    key("log.search", "slash", "search", footer="search", rank=2),
    key(
        "log.next",
        "n",
        "next or previous match",
        action="next_match(1)",
        shown="n N",
        footer="next",
        rank=3,
    ),
    key("log.previous", "N", "previous match", action="next_match(-1)", shown=""),
    key(
        "log.error",
        "x",
        "next or previous error",
        action="error(1)",
        shown="x X",
        footer="error",
        rank=4,
    ),
    key("log.error_before", "X", "previous error", action="error(-1)", shown=""),
    key("log.section_before", "[", "previous job", action="section(-1)", shown=""),
    key(
        "log.section",
        "]",
        "next or previous job",
        action="section(1)",
        shown="[ ]",
        footer="job",
        rank=7,
    ),
    key("log.last", "G,end", "go to the end and follow", footer="follow", rank=8),
    key("log.first", "g,home", "go to the beginning"),
    key("log.down", "down,j", "scroll down", action="move(1)", shown="↓ j"),
    key("log.up", "up,k", "scroll up", action="move(-1)", shown="↑ k"),
    key("log.page_down", "pagedown,space,ctrl+f", "page down", action="page(1)"),
    key("log.page_up", "pageup,ctrl+b", "page up", action="page(-1)"),
    key("log.half_down", "ctrl+d", "half a page down", action="page(0.5)"),
    key("log.half_up", "ctrl+u", "half a page up", action="page(-0.5)"),
    key("log.right", "right,l", "scroll right", action="sideways(1)", shown="→ l"),
    key("log.left", "left,h", "scroll left", action="sideways(-1)", shown="← h"),
)
