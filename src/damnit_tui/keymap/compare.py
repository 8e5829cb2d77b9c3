"""Keys of the details of a run, and of the differences between runs."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("details.close", "escape,q", "back to the table", footer="back"),
    key(
        "details.next_run",
        "j",
        "next run in the table",
        action="walk(1)",
        shown="j/k",
        both="next or previous run in the table",
        footer="runs",
    ),
    key("details.previous_run", "k", "previous run", action="walk(-1)", shown=""),
    key("details.open", "enter", "open the value, or see why it is empty", footer="inspect"),
    key("details.why", "w", "explain why it is empty", footer="why"),
    key("details.search", "slash", "search for a variable or value", footer="search"),
    key("details.sort", "s", "sort by title, by time taken, or with problems first", footer="sort"),
    key("details.copy", "y", "copy the list as text"),
    key("details.help", "question_mark", "show these keys", footer="help"),
    key("differences.close", "escape,q", "back to the table", footer="back"),
    key(
        "differences.down",
        "j",
        "next line",
        action="move(1)",
        shown="j/k",
        both="next or previous line",
    ),
    key("differences.up", "k", "previous line", action="move(-1)", shown=""),
    key("differences.open", "enter", "open the value, or see why it is empty", footer="inspect"),
    key("differences.plot", "p", "plot it over runs", footer="plot"),
    key(
        "differences.all",
        "a",
        "toggle variables that do not differ",
        action="show_all",
        footer="all",
    ),
    key("differences.search", "slash", "search for a variable or value", footer="search"),
    key("differences.copy", "y", "copy the list as text"),
    key("differences.help", "question_mark", "show these keys", footer="help"),
    key("groups.close", "escape,q", "back to the table", footer="back"),
    key(
        "groups.down",
        "j",
        "next line",
        action="move(1)",
        shown="j/k",
        both="next or previous line",
    ),
    key("groups.up", "k", "previous line", action="move(-1)", shown=""),
    key("groups.open", "enter", "show only the runs of the group", footer="filter"),
    key(
        "groups.statistic",
        "m",
        "next statistic: mean, std, min, max, sum, count",
        footer="statistic",
    ),
    key("groups.sort", "s", "sort by value, or the largest groups first", footer="sort"),
    key("groups.search", "slash", "search for a value", footer="search"),
    key("groups.copy", "y", "copy the list as text"),
    key("groups.help", "question_mark", "show these keys", footer="help"),
)
