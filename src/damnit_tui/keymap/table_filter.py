"""Keys of the run table: filter and mark runs, choose columns."""

from __future__ import annotations

from .key import Key, main_key

KEYS: tuple[Key, ...] = (
    main_key("runs.filter", "slash", "show only some runs", "Find", "/", "filter", 3),
    main_key(
        "runs.filter_value", "asterisk", "only runs with the value under the cursor", "Find", "*"
    ),
    main_key("runs.clear_filter", "backslash", "show all runs again", "Find", "\\"),
    main_key(
        "runs.sort",
        "s",
        "sort by this column; again: the other way round, then newest first",
        "Find",
        "s",
    ),
    main_key("runs.sort_reverse", "minus", "sort descending", "Find", "-"),
    main_key(
        "runs.sort_also",
        "ctrl+s",
        "sort those that are equal by this column, too",
        "Find",
        "ctrl-s",
    ),
    main_key(
        "runs.filter_column",
        "vertical_line",
        "filter by what is in this column: values to tick, or a range",
        "Find",
        "|",
    ),
    main_key("runs.columns", "c", "choose columns: order, pins", "Find", "c"),
    main_key("runs.tags", "t", "only columns with some tags", "Find", "t"),
    main_key("runs.find_column", "ctrl+f", "go to a column by its name", "Find", "ctrl-f"),
    main_key(
        "runs.search", "ctrl+n", "look for a text in the cells; hides no run", "Find", "ctrl-n"
    ),
    main_key(
        "runs.next_match",
        "n",
        "next cell with that text, or with what the filter asks for",
        "Find",
        "n",
    ),
    main_key("runs.previous_match", "N", "the cell before", "Find", "N"),
    Key("table.mark", "space", "mark", "mark/unmark the run", "table", "Mark", "Space"),
    Key(
        "table.mark_range",
        "V",
        "mark_range",
        "begin a range of runs; again: mark all in it",
        "table",
        "Mark",
        "V",
    ),
    Key(
        "table.mark_all",
        "a",
        "mark_all",
        "mark all runs that the filter shows",
        "table",
        "Mark",
        "a",
    ),
    main_key(
        "runs.unmark",
        "escape",
        "clear marks and search; if there are none, the filter",
        "Mark",
        "Esc",
    ),
)
