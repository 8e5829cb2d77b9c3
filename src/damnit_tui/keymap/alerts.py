"""Keys of the alerts screen."""

from __future__ import annotations

from .key import Key, key

KEYS: tuple[Key, ...] = (
    key("alerts.close", "escape,q", "back to the table", footer="back"),
    key(
        "alerts.down",
        "j",
        "next line",
        action="move(1)",
        shown="j/k",
        both="next or previous line",
    ),
    key("alerts.up", "k", "previous line", action="move(-1)", shown=""),
    key("alerts.acknowledge", "a,space", "acknowledge the alert", footer="acknowledge"),
    key(
        "alerts.all",
        "A",
        "acknowledge all listed alerts",
        action="acknowledge_all",
        footer="all",
    ),
    key(
        "alerts.withdraw",
        "u",
        "withdraw the acknowledgement of the alert",
        footer="withdraw",
    ),
    key("alerts.open", "enter", "go to the run in the table", footer="run"),
    key("alerts.search", "slash", "search for a run, rule or user", footer="search"),
    key("alerts.copy", "y", "copy the list as text"),
    key("alerts.help", "question_mark", "show these keys", footer="help"),
)
