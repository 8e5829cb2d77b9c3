"""Keys of the run table: views."""

from __future__ import annotations

from .key import Key, key, main_key

KEYS: tuple[Key, ...] = (
    key(
        "table.inspect",
        "enter",
        "open the value, or see why it is empty",
        section="View",
        footer="inspect",
        rank=2,
    ),
    main_key(
        "runs.why",
        "w",
        "explain why the cell is empty",
        section="View",
        footer="why",
        rank=11,
    ),
    main_key("runs.history", "W", "list the values that the cell has had", section="View"),
    main_key(
        "runs.plot",
        "p",
        "plot variables over runs, or within runs",
        section="View",
        footer="plot",
        rank=5,
    ),
    main_key("runs.details", "i", "show all values of the run", section="View"),
    main_key("runs.differences", "d", "compare the marked runs", section="View"),
    main_key("runs.groups", "B", "group runs by the values of this column", section="View"),
    key(
        "table.trends",
        "T",
        "toggle trend sparklines under the titles",
        action="toggle_analysis('trends')",
        section="View",
    ),
    key(
        "table.statistics",
        "M",
        "toggle statistics of the columns under the rows",
        action="toggle_analysis('statistics')",
        section="View",
    ),
    key(
        "table.outliers",
        "X",
        "toggle outlier highlighting",
        action="toggle_analysis('outliers')",
        section="View",
    ),
    key(
        "table.row_height",
        "H",
        "switch the row height: 1, 3 or 5 lines",
        section="View",
    ),
    key(
        "table.wider",
        "greater_than_sign",
        "widen the column",
        action="widen(1)",
        section="View",
        shown=">/<",
        both="widen or narrow the column",
    ),
    key(
        "table.narrower",
        "less_than_sign",
        "narrow the column",
        action="widen(-1)",
        section="View",
        shown="",
    ),
    key("table.fit_width", "underscore", "fit the column to its contents", section="View"),
    main_key("runs.preview", "v", "toggle the preview pane", section="View"),
    main_key("runs.log", "L", "show the log of the run", section="View"),
)
