"""Keys of the run table: filter and mark runs, choose columns."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("runs.filter", "slash", "filter runs", section="Find", footer="filter", rank=3),
    key("runs.filter_value", "asterisk", "filter by the value under the cursor", section="Find"),
    key("runs.clear_filter", "backslash", "clear the filter", section="Find"),
    key(
        "runs.sort",
        "s",
        "sort by this column; again: reverse; then newest first",
        action="sort(False)",
        section="Find",
    ),
    key("runs.sort_reverse", "minus", "sort descending", action="sort(True)", section="Find"),
    key("runs.sort_also", "ctrl+s", "then sort by this column (secondary key)", section="Find"),
    key(
        "runs.filter_column",
        "vertical_line",
        "filter by values of this column: tick them, or give a range",
        section="Find",
    ),
    key("runs.columns", "c", "choose, order and pin columns", section="Find"),
    key(
        "runs.constant_columns",
        "C",
        "hide columns that are the same in all shown or marked runs; again: show them",
        section="Find",
    ),
    key("runs.tags", "t", "filter columns by tag", section="Find"),
    key("runs.find_column", "ctrl+f", "go to a column by name", section="Find"),
    key("runs.search", "ctrl+n", "search the cells for a text; hides no runs", section="Find"),
    key(
        "runs.next_match",
        "n",
        "next match of the search or filter",
        action="next_match(1)",
        section="Find",
        shown="n/N",
        both="next or previous match of the search or filter",
    ),
    key(
        "runs.previous_match",
        "N",
        "previous match",
        action="next_match(-1)",
        section="Find",
        shown="",
    ),
    key("table.mark", "space", "mark/unmark the run", section="Mark"),
    key("table.mark_range", "V", "start marking a range; again: mark it", section="Mark"),
    key("table.mark_all", "a", "mark all filtered runs", section="Mark"),
    key(
        "runs.unmark",
        "escape",
        "clear marks and search; if there are none, the filter",
        section="Mark",
    ),
)
