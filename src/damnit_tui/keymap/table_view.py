"""Keys of the run table: views."""

from __future__ import annotations

from .key import Key, key, main_key

KEYS: tuple[Key, ...] = (
    key(
        "table.inspect",
        "enter",
        "the value in full, or why it is empty",
        section="Look",
        footer="inspect",
        rank=2,
    ),
    main_key(
        "runs.why",
        "w",
        "why the cell is empty, down to the root",
        section="Look",
        footer="why",
        rank=11,
    ),
    main_key(
        "runs.plot",
        "p",
        "plot variables over runs, or within runs",
        section="Look",
        footer="plot",
        rank=5,
    ),
    main_key("runs.details", "i", "all values of the run", section="Look"),
    main_key("runs.differences", "d", "what differs between the marked runs", section="Look"),
    key("table.trends", "T", "toggle trend sparklines under the titles", section="Look"),
    key("table.outliers", "X", "highlight outliers", section="Look"),
    key(
        "table.row_height",
        "H",
        "taller rows: images and curves over 3 lines, then 5, then 1",
        section="Look",
    ),
    key(
        "table.wider",
        "greater_than_sign",
        "make the column wider",
        action="widen(1)",
        section="Look",
    ),
    key(
        "table.narrower",
        "less_than_sign",
        "make the column narrower",
        action="widen(-1)",
        section="Look",
    ),
    key("table.fit_width", "equals_sign", "make the column as wide as it needs", section="Look"),
    main_key(
        "runs.preview", "v", "toggle preview: the data of the cell beside the table", section="Look"
    ),
    main_key("runs.log", "L", "the log of the run", section="Look"),
)
