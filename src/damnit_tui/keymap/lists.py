"""Keys of checklists, and of the range filter."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("ticks.down", "down,j", "next line", action="move(1)", shown="↓ j"),
    key("ticks.up", "up,k", "previous line", action="move(-1)", shown="↑ k"),
    key("ticks.page_down", "pagedown,ctrl+d", "page down", action="page(1)"),
    key("ticks.page_up", "pageup,ctrl+u", "page up", action="page(-1)"),
    key("ticks.first", "g,home", "first line", action="move(-1000000)"),
    key("ticks.last", "G,end", "last line", action="move(1000000)"),
    key("ticks.toggle", "space", "tick/untick", action="tick", shown="space", footer="tick"),
    key("ticks.all", "a", "tick all shown", action="tick_all(True)", footer="all"),
    key("ticks.none", "n", "untick all shown", action="tick_all(False)", footer="none"),
    key(
        "columns.down",
        "J,shift+down",
        "move the column down (right in the table)",
        action="move_column(1)",
        footer="down",
    ),
    key(
        "columns.up",
        "K,shift+up",
        "move the column up (left in the table)",
        action="move_column(-1)",
        footer="up",
    ),
    key("columns.pin", "p", "pin: always visible when scrolling", footer="pin"),
    key("columns.reset_widths", "w", "reset all widths", footer="reset widths"),
    key("columns.reset_order", "o", "reset the order", footer="reset order"),
    key("ticking.search", "slash", "search the list", footer="search"),
    key("ticking.keep", "enter", "apply the selection", footer="apply"),
    key("ticking.give_up", "escape,q", "cancel", footer="cancel"),
    key("tick_line.tick", "space", "tick/untick", owner="tick-line", shown=""),
    key("range.keep", "enter", "apply the range"),
    key("range.give_up", "escape", "cancel"),
)
