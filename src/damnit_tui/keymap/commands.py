"""Every command of the `:` line, in one place: completion, help and docs are built from it.

Their functions are those that the main screen registers under their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.query import FilterError
from damnit_daemon.text import did_you_mean

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion


class Command(NamedTuple):
    """A command of the `:` line."""

    name: str
    arguments: str
    """As written in the help; empty if it takes none."""
    text: str
    """Description for help and docs; begins in lower case."""


COMMANDS = (
    Command("filter", "TEXT", "filter runs; without text, show all"),
    Command("sort", "COLUMNS", "sort, such as `xgm,-run`; without columns, newest first"),
    Command("columns", "COLUMNS", "show only these columns, in this order; without columns, all"),
    Command("tags", "TAGS", "show only columns with these tags; without tags, all"),
    Command("view", "save|open|delete NAME, list", "save filter, order and columns under a name"),
    Command(
        "alert",
        "CONDITION [for N runs], off ALERT, list",
        "notify when a condition holds: `xgm < 500 for 3 runs`",
    ),
    Command("acknowledge", "[RUNS]", "acknowledge the alerts of these runs, or all"),
    Command(
        "statistics",
        "count|mean|std|min|max|sum …",
        "statistics of the marked or shown runs under the rows; without names, none",
    ),
    Command(
        "label",
        "LABELS",
        "label the marked runs, or the run under the cursor: `good`, `bad sample-7`; "
        "`-bad` removes one",
    ),
    Command(
        "derive",
        "EXPRESSION as NAME [UNITS]; share|unshare|delete NAME",
        "derive a column from others: `hits / pulses as rate [1/pulse]`; `share` adds it for all "
        "users of the folder",
    ),
    Command("group", "COLUMN", "group the marked or shown runs by the values of a column"),
    Command("history", "", "list the values that the cell under the cursor has had"),
    Command("timings", "", "variable timings of past jobs"),
    Command("report", "[HOURS]", "summary since the last report"),
    Command("export", "FILE", "export the shown runs and columns; the suffix sets the format"),
    Command("theme", "NAME", "change the theme"),
    Command(
        "graphics",
        "auto|kitty|blocks|none",
        "image protocol: pixels, half blocks, shades, or auto-detected",
    ),
    Command("help", "", "show all keys and commands"),
    Command("q", "", "quit"),
)


class ParsedCommand(NamedTuple):
    """A parsed command line."""

    command: Command | None
    """None for a run number."""
    argument: str
    start: int
    """Start of the argument."""


def parse_command(text: str, commands: tuple[Command, ...] = COMMANDS) -> ParsedCommand:
    """Find the command or the run number.

    Raises:
        FilterError: If there is no such command; suggests similar names.
    """
    begin = len(text) - len(text.lstrip(" :"))
    name, _, rest = text[begin:].partition(" ")
    start = begin + len(name) + 1 + len(rest) - len(rest.lstrip())
    if name.isascii() and name.isdecimal():
        return ParsedCommand(None, name[:9], begin)
    found = next((command for command in commands if command.name == name), None)
    if found is None:
        names = [command.name for command in commands]
        hint = did_you_mean(name, names, cutoff=0.5) or f"Known: {', '.join(names)}."
        raise FilterError(f"Unknown command {name!r}.", begin, begin + len(name), hint=hint)
    if rest.strip() and not found.arguments:
        raise FilterError(f"{name} takes no argument.", start, len(text))
    return ParsedCommand(found, rest.strip(), min(start, len(text)))


def complete_name(text: str, cursor: int) -> Completion | None:
    """Complete the command's name; None after it."""
    from damnit_daemon.query.completion import Completion, matching

    begin = len(text) - len(text.lstrip(" :"))
    typed = text[begin:cursor]
    if " " in typed or cursor < begin:
        return None
    return Completion(begin, cursor, tuple(matching(typed, [c.name for c in COMMANDS])))


def complete_words(text: str, cursor: int, *choices: tuple[str, ...]) -> Completion:
    """Complete words: the first from the first tuple, the second from the second.

    Args:
        text: Words separated by blanks.
        cursor: Position of the cursor.
        choices: The choices for each word.
    """
    from damnit_daemon.query.completion import Completion, matching

    before = text[:cursor]
    start = before.rfind(" ") + 1
    number = len(before[:start].split())
    found = choices[number] if number < len(choices) else ()
    return Completion(start, cursor, tuple(matching(before[start:], found)))


def words_of(argument: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the words of an argument, separated by blanks or commas, each with its position."""
    for match in re.finditer(r"[^\s,]+", argument):
        yield match[0], match.span()


def help_lines() -> list[tuple[str, str]]:
    """The commands as written, with their descriptions."""
    lines = [(":123", "go to a run")]
    lines += [(f":{c.name} {c.arguments}".rstrip(), c.text.replace("`", "")) for c in COMMANDS]
    return lines


def as_markdown() -> str:
    """The commands as a table for the docs."""
    lines = [
        "## Commands (`:`)",
        "",
        "| command | description |",
        "|---|---|",
        "| `:123` | go to a run |",
    ]
    for c in COMMANDS:
        written = f":{c.name} {c.arguments}".rstrip().replace("|", "\\|")
        lines.append(f"| `{written}` | {c.text} |")
    return "\n".join([*lines, ""])
