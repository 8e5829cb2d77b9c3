"""Keys of the log screen."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("log.close", "escape,q", "back", footer="back", rank=1),
    key(
        "log.help",
        "question_mark,f1",
        "these keys",
        action="app.help('log')",
        footer="help",
        rank=1,
    ),
    key("log.search", "slash", "search", footer="search", rank=2),
    key(
        "log.next",
        "n",
        "next match, or the one before",
        action="next_match(1)",
        shown="n N",
        footer="next",
        rank=3,
    ),
    key("log.previous", "N", "the match before", action="next_match(-1)", shown=""),
    key(
        "log.error",
        "x",
        "next error, or the one before",
        action="error(1)",
        shown="x X",
        footer="error",
        rank=4,
    ),
    key("log.error_before", "X", "the error before", action="error(-1)", shown=""),
    key("log.section_before", "[", "the job before", action="section(-1)", shown=""),
    key(
        "log.section",
        "]",
        "next job, or the one before",
        action="section(1)",
        shown="[ ]",
        footer="job",
        rank=7,
    ),
    key("log.last", "G,end", "the end, and follow", footer="follow", rank=8),
    key("log.first", "g,home", "the beginning"),
    key("log.down", "down,j", "further down", action="move(1)", shown="↓ j"),
    key("log.up", "up,k", "further up", action="move(-1)", shown="↑ k"),
    key("log.page_down", "pagedown,space,ctrl+f", "page down", action="page(1)"),
    key("log.page_up", "pageup,ctrl+b", "page up", action="page(-1)"),
    key("log.half_down", "ctrl+d", "half a page down", action="page(0.5)"),
    key("log.half_up", "ctrl+u", "half a page up", action="page(-0.5)"),
    key("log.right", "right,l", "more of long lines", action="sideways(1)", shown="→ l"),
    key("log.left", "left,h", "their beginning", action="sideways(-1)", shown="← h"),
)
