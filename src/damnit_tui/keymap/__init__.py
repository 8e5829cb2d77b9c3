"""Every key of the app, in one place: bindings, footer, help screen and docs are built from it.

One file of keys for each part of the screen; this module combines them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from textual.binding import Binding, BindingType
from textual.keys import format_key

from . import (
    alerts,
    compare,
    context,
    dialogs,
    jobs,
    lists,
    log,
    plot,
    prompts,
    proposals,
    table_actions,
    table_filter,
    table_navigation,
    table_view,
    viewer,
)
from .key import Key as Key

KEYS: tuple[Key, ...] = (
    *table_navigation.KEYS,
    *table_view.KEYS,
    *table_filter.KEYS,
    *table_actions.KEYS,
    *viewer.KEYS,
    *plot.KEYS,
    *compare.KEYS,
    *alerts.KEYS,
    *lists.KEYS,
    *prompts.KEYS,
    *dialogs.KEYS,
    *jobs.KEYS,
    *log.KEYS,
    *context.KEYS,
    *proposals.KEYS,
)
"""All keys; including the user's own once those are read."""

HELP_SECTIONS = ("Move", "View", "Find", "Mark", "Edit", "Process", "Export", "Screens")
MAIN_OWNERS = frozenset({"table", "runs", "main", "app"})
"""Owners of the keys active while only the table is open."""
SCREENS = {
    "inspect": "Viewer",
    "plot": "Plot",
    "details": "Run details",
    "differences": "Differences between runs",
    "groups": "Groups of runs",
    "alerts": "Alerts",
    "history": "History of a cell",
    "jobs": "Jobs",
    "log": "Log",
    "daemon": "Daemon and settings",
    "context": "Context file",
    "proposals": "Proposals",
    "report": "Report",
}
"""Screens with keys of their own: owner → heading in the help and on the page."""
LISTS = {
    "jobs": "list",
    "daemon": "list",
    "details": "lines",
    "differences": "lines",
    "groups": "lines",
    "alerts": "lines",
    "history": "lines",
}
"""Screens with a list: owner → owner of the keys that move in it."""

BEFORE_TYPING = frozenset({"context", "report", "proposals"})
"""Owners whose keys stay active while a text has the focus, which binds some of them too."""

PAGE_HEAD = """\
# Keys

The keys of the app, as `?` shows them. Generated from `damnit_tui/keymap/`:
`python -m damnit_tui.keymap > docs/keys.md`.
"""


OWN_KEYS = """\
## Your own keys

To change keys, assign them to the ids of the tables above in `settings.toml`, in
`~/.config/damnit-tui` (or below `XDG_CONFIG_HOME`):

```toml
theme = "nord"

[keys]
"runs.filter" = "ctrl+g"
"runs.sort" = "f3, s"
```

Separate several keys with commas; an empty string removes the binding. A reassigned key loses
its previous function. Invalid entries are reported when the app starts, and ignored.
"""


def bindings(owner: str) -> list[BindingType]:
    """Bindings of a widget, screen or app."""
    return [
        Binding(
            key.keys,
            key.action,
            key.footer or key.text,
            show=bool(key.rank),
            key_display=key.shown or None,
            tooltip=key.text,
            id=key.id,
            priority=owner in BEFORE_TYPING,
        )
        for key in KEYS
        if key.owner == owner and key.keys
    ]


def help_lines(section: str) -> list[tuple[str, str]]:
    """The keys under one heading of the help, as written, with their descriptions.

    The second key of a pair is in the row of the first.
    """
    return [_help_line(key) for key in _keys(section) if key.shown]


def screen_lines(owner: str) -> list[tuple[str, str]]:
    """The keys of one screen and its list, as written, with their descriptions."""
    owners = (owner, LISTS.get(owner))
    return [_help_line(key) for key in KEYS if key.owner in owners and key.shown]


def footer_keys(owners: Collection[str] = MAIN_OWNERS) -> list[Key]:
    """The keys in the footer, from the left."""
    shown = (key for key in KEYS if key.rank and key.keys and key.owner in owners)
    return sorted(shown, key=lambda key: key.rank)


def as_markdown() -> str:
    """`docs/keys.md`: the keys of the table by heading, then those of the dialogs."""
    of_table = [(section, _keys(section)) for section in HELP_SECTIONS]
    on_screens = [
        (heading, [key for key in KEYS if key.owner == owner]) for owner, heading in SCREENS.items()
    ]
    in_boxes = [key for key in KEYS if key.owner not in {*MAIN_OWNERS, *SCREENS}]
    parts = (*of_table, *on_screens, ("Dialogs and prompts", in_boxes))
    from . import commands

    tables = [_table_of_keys(*part) for part in parts]
    return "\n".join([PAGE_HEAD, *tables, commands.as_markdown(), OWN_KEYS])


def _help_line(key: Key) -> tuple[str, str]:
    return key.shown, key.both or key.text


def _keys(section: str) -> list[Key]:
    return [key for key in KEYS if key.section == section and key.owner in MAIN_OWNERS]


def _table_of_keys(heading: str, keys: Iterable[Key]) -> str:
    lines = [f"## {heading}", "", "| key | description | id |", "|---|---|---|"]
    for key in keys:
        written = " ".join(f"`{_written(one)}`" for one in key.keys.split(","))
        lines.append(f"| {written} | {key.text} | `{key.id}` |")
    return "\n".join([*lines, ""])


def _written(key: str) -> str:
    *modifiers, last = key.split("+")
    name = format_key(last)
    return "-".join([*modifiers, name.capitalize() if len(name) > 1 else name])
