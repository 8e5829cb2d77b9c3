"""Keys of the run table: views."""

from __future__ import annotations

from .key import Key, main_key

KEYS: tuple[Key, ...] = (
    Key(
        "table.inspect",
        "enter",
        "inspect",
        "the value in full, or why it is empty",
        "table",
        "Look",
        "⏎",
        "inspect",
        2,
    ),
    main_key("runs.why", "w", "why the cell is empty, down to the root", "Look", "w", "why", 11),
    main_key("runs.plot", "p", "plot variables over runs, or within runs", "Look", "p", "plot", 5),
    main_key("runs.details", "i", "all values of the run", "Look", "i"),
    main_key("runs.differences", "d", "what differs between the marked runs", "Look", "d"),
    Key(
        "table.trends",
        "T",
        "trends",
        "toggle trend sparklines under the titles",
        "table",
        "Look",
        "T",
    ),
    Key(
        "table.outliers",
        "X",
        "outliers",
        "highlight outliers",
        "table",
        "Look",
        "X",
    ),
    Key(
        "table.row_height",
        "H",
        "row_height",
        "taller rows: images and curves over 3 lines, then 5, then 1",
        "table",
        "Look",
        "H",
    ),
    Key(
        "table.wider",
        "greater_than_sign",
        "widen(1)",
        "make the column wider",
        "table",
        "Look",
        ">",
    ),
    Key(
        "table.narrower",
        "less_than_sign",
        "widen(-1)",
        "make the column narrower",
        "table",
        "Look",
        "<",
    ),
    Key(
        "table.fit_width",
        "equals_sign",
        "fit_width",
        "make the column as wide as it needs",
        "table",
        "Look",
        "=",
    ),
    main_key(
        "runs.preview", "v", "toggle preview: the data of the cell beside the table", "Look", "v"
    ),
    main_key("runs.log", "L", "the log of the run", "Look", "L"),
)
