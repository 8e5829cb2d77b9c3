"""Keys of the details of a run, and of the differences between runs."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("details.close", "escape,q", "back to the table", footer="back"),
    key(
        "details.next_run",
        "j",
        "next or previous run in the table",
        action="walk(1)",
        shown="j k",
        footer="runs",
    ),
    key("details.previous_run", "k", "previous run", action="walk(-1)"),
    key("details.open", "enter", "open the value, or see why it is empty", footer="inspect"),
    key("details.why", "w", "explain why it is empty", footer="why"),
    key("details.search", "slash", "search for a variable or value", footer="search"),
    key("details.sort", "s", "sort by title, by time taken, or with problems first", footer="sort"),
    key("details.copy", "y", "copy the list as text"),
    key("details.help", "question_mark", "show these keys", footer="help"),
    key("differences.close", "escape,q", "back to the table", footer="back"),
    key("differences.open", "enter", "open the value, or see why it is empty", footer="inspect"),
    key("differences.plot", "p", "plot it over runs", footer="plot"),
    key(
        "differences.all",
        "a",
        "toggle variables that do not differ",
        action="show_all",
        footer="all",
    ),
    key("differences.search", "slash", "search for a variable or value", footer="search"),
    key("differences.copy", "y", "copy the list as text"),
    key("differences.help", "question_mark", "show these keys", footer="help"),
    key("lines.down", "down", "next line", action="move(1)"),
    key("lines.up", "up", "previous line", action="move(-1)"),
    key("lines.page_down", "pagedown,ctrl+d", "page down", action="page(1)"),
    key("lines.page_up", "pageup,ctrl+u", "page up", action="page(-1)"),
    key("lines.first", "g,home", "first line", action="move(-1000000)"),
    key("lines.last", "G,end", "last line", action="move(1000000)"),
)
