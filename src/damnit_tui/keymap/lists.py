"""Keys that move in lists; keys of checklists, and of the range filter."""

from __future__ import annotations

from .key import Key, key


def movement(area: str, *, letters: bool = True) -> tuple[Key, ...]:
    """Return the keys that move in a list.

    Args:
        area: The area of their ids.
        letters: False if the screen uses j and k otherwise.
    """
    down, up, shown = ("down,j", "up,k", "↓/↑ j/k") if letters else ("down", "up", "↓/↑")
    return (
        key(
            f"{area}.down",
            down,
            "next line",
            action="move(1)",
            shown=shown,
            both="next or previous line",
        ),
        key(f"{area}.up", up, "previous line", action="move(-1)", shown=""),
        key(
            f"{area}.page_down",
            "pagedown,ctrl+d",
            "page down",
            action="page(1)",
            shown="PgDn/PgUp",
            both="page down or up",
        ),
        key(f"{area}.page_up", "pageup,ctrl+u", "page up", action="page(-1)", shown=""),
        key(
            f"{area}.first",
            "g,home",
            "first line",
            action="move(-1000000)",
            shown="g/G",
            both="first or last line",
        ),
        key(f"{area}.last", "G,end", "last line", action="move(1000000)", shown=""),
    )


KEYS: tuple[Key, ...] = (
    *movement("list"),
    *movement("lines", letters=False),
    *movement("ticks"),
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
