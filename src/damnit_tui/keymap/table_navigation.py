"""Keys of the run table: navigation."""

from __future__ import annotations

from .key import Key, key, main_key

KEYS: tuple[Key, ...] = (
    key(
        "table.down", "down,j", "next row", action="move_cursor(1, 0)", section="Move", shown="↓ j"
    ),
    key(
        "table.up", "up,k", "previous row", action="move_cursor(-1, 0)", section="Move", shown="↑ k"
    ),
    key(
        "table.right",
        "right,l",
        "next column",
        action="move_cursor(0, 1)",
        section="Move",
        shown="→ l",
    ),
    key(
        "table.left",
        "left,h",
        "previous column",
        action="move_cursor(0, -1)",
        section="Move",
        shown="← h",
    ),
    key("table.first", "g,ctrl+home", "newest run", action="move_first", section="Move"),
    key(
        "table.last",
        "G,ctrl+end",
        "oldest run; 123G goes to run 123",
        action="move_last",
        section="Move",
    ),
    key(
        "table.line_start",
        "0,home",
        "first column",
        action="move_line_start",
        section="Move",
        shown="0 Home",
    ),
    key(
        "table.line_end",
        "dollar_sign,end",
        "last column",
        action="move_line_end",
        section="Move",
        shown="$ End",
    ),
    key("table.page_down", "pagedown", "page down", action="move_page(1.0)", section="Move"),
    key("table.page_up", "pageup,ctrl+b", "page up", action="move_page(-1.0)", section="Move"),
    key("table.half_down", "ctrl+d", "half a page down", action="move_page(0.5)", section="Move"),
    key("table.half_up", "ctrl+u", "half a page up", action="move_page(-0.5)", section="Move"),
    key(
        "table.group_next",
        "right_square_bracket",
        "next group of columns",
        action="move_group(1)",
        section="Move",
    ),
    key(
        "table.group_previous",
        "left_square_bracket",
        "previous group of columns",
        action="move_group(-1)",
        section="Move",
    ),
    key(
        "table.problem",
        "x",
        "next failed cell",
        action="next_problem",
        section="Move",
        footer="next problem",
        rank=9,
    ),
    main_key(
        "runs.command",
        "colon",
        "type a run number or a command",
        section="Move",
        footer="command",
        rank=10,
    ),
    key(
        "runs.follow",
        "F",
        "toggle follow: keep the newest run in view",
        section="Move",
        footer="follow",
        rank=12,
    ),
)
