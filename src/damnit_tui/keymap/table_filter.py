"""Keys of the run table: filter and mark runs, choose columns."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("runs.filter", "slash", "show only some runs", section="Find", footer="filter", rank=3),
    key(
        "runs.filter_value", "asterisk", "only runs with the value under the cursor", section="Find"
    ),
    key("runs.clear_filter", "backslash", "show all runs again", section="Find"),
    key(
        "runs.sort",
        "s",
        "sort by this column; again: the other way round, then newest first",
        action="sort(False)",
        section="Find",
    ),
    key("runs.sort_reverse", "minus", "sort descending", action="sort(True)", section="Find"),
    key(
        "runs.sort_also", "ctrl+s", "sort those that are equal by this column, too", section="Find"
    ),
    key(
        "runs.filter_column",
        "vertical_line",
        "filter by what is in this column: values to tick, or a range",
        section="Find",
    ),
    key("runs.columns", "c", "choose columns: order, pins", section="Find"),
    key("runs.tags", "t", "only columns with some tags", section="Find"),
    key("runs.find_column", "ctrl+f", "go to a column by its name", section="Find"),
    key("runs.search", "ctrl+n", "look for a text in the cells; hides no run", section="Find"),
    key(
        "runs.next_match",
        "n",
        "next cell with that text, or with what the filter asks for",
        action="next_match(1)",
        section="Find",
    ),
    key("runs.previous_match", "N", "the cell before", action="next_match(-1)", section="Find"),
    key("table.mark", "space", "mark/unmark the run", section="Mark"),
    key("table.mark_range", "V", "begin a range of runs; again: mark all in it", section="Mark"),
    key("table.mark_all", "a", "mark all runs that the filter shows", section="Mark"),
    key(
        "runs.unmark",
        "escape",
        "clear marks and search; if there are none, the filter",
        section="Mark",
    ),
)
