"""Keys of checklists, and of the range filter."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("ticks.down", "down,j", "next line", action="move(1)", shown="↓ j"),
    key("ticks.up", "up,k", "line before", action="move(-1)", shown="↑ k"),
    key("ticks.page_down", "pagedown,ctrl+d", "page down", action="page(1)"),
    key("ticks.page_up", "pageup,ctrl+u", "page up", action="page(-1)"),
    key("ticks.first", "g,home", "first line", action="move(-1000000)"),
    key("ticks.last", "G,end", "last line", action="move(1000000)"),
    key("ticks.toggle", "space", "tick, or not", action="tick", shown="space", footer="tick"),
    key("ticks.all", "a", "tick all that are found", action="tick_all(True)", footer="all"),
    key("ticks.none", "n", "tick none of them", action="tick_all(False)", footer="none"),
    key(
        "columns.down",
        "J,shift+down",
        "move the column down, in the table to the right",
        action="move_column(1)",
        footer="down",
    ),
    key(
        "columns.up",
        "K,shift+up",
        "move the column up, in the table to the left",
        action="move_column(-1)",
        footer="up",
    ),
    key("columns.pin", "p", "pin: it never scrolls away", footer="pin"),
    key("columns.reset_widths", "w", "all as wide as they need", footer="reset widths"),
    key("columns.reset_order", "o", "all in the usual order", footer="reset order"),
    key("ticking.search", "slash", "search the list", footer="search"),
    key("ticking.keep", "enter", "take what is ticked", footer="take"),
    key("ticking.give_up", "escape,q", "cancel", footer="back"),
    key("tick_line.tick", "space", "tick, or not", owner="tick-line", shown=""),
    key("range.keep", "enter", "take the range"),
    key("range.give_up", "escape", "cancel"),
)
