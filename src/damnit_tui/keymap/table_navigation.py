"""Keys of the run table: navigation."""

from __future__ import annotations

from .key import Key, main_key

KEYS: tuple[Key, ...] = (
    Key("table.down", "down,j", "move_cursor(1, 0)", "next row", "table", "Move", "↓ j"),
    Key("table.up", "up,k", "move_cursor(-1, 0)", "previous row", "table", "Move", "↑ k"),
    Key("table.right", "right,l", "move_cursor(0, 1)", "next column", "table", "Move", "→ l"),
    Key("table.left", "left,h", "move_cursor(0, -1)", "previous column", "table", "Move", "← h"),
    Key("table.first", "g,ctrl+home", "move_first", "newest run", "table", "Move", "g"),
    Key("table.last", "G,ctrl+end", "move_last", "oldest run; 123G: run 123", "table", "Move", "G"),
    Key("table.line_start", "0,home", "move_line_start", "first column", "table", "Move", "0 Home"),
    Key(
        "table.line_end",
        "dollar_sign,end",
        "move_line_end",
        "last column",
        "table",
        "Move",
        "$ End",
    ),
    Key("table.page_down", "pagedown", "move_page(1.0)", "page down", "table", "Move", "PgDn"),
    Key("table.page_up", "pageup,ctrl+b", "move_page(-1.0)", "page up", "table", "Move", "PgUp"),
    Key(
        "table.half_down", "ctrl+d", "move_page(0.5)", "half a page down", "table", "Move", "ctrl-d"
    ),
    Key("table.half_up", "ctrl+u", "move_page(-0.5)", "half a page up", "table", "Move", "ctrl-u"),
    Key(
        "table.group_next",
        "right_square_bracket",
        "move_group(1)",
        "next group of columns",
        "table",
        "Move",
        "]",
    ),
    Key(
        "table.group_previous",
        "left_square_bracket",
        "move_group(-1)",
        "previous group of columns",
        "table",
        "Move",
        "[",
    ),
    Key(
        "table.problem",
        "x",
        "next_problem",
        "next cell that failed",
        "table",
        "Move",
        "x",
        "next problem",
        9,
    ),
    main_key(
        "runs.command",
        "colon",
        "go to a run by its number, or type a command",
        "Move",
        ":",
        "command",
        10,
    ),
    Key(
        "runs.follow",
        "F",
        "follow",
        "toggle follow: go along with new runs",
        "runs",
        "Move",
        "F",
        "follow",
        12,
    ),
)
