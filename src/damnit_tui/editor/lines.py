"""What was found in a context file, and what came of trying it, in lines of a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from damnit_daemon.model.texts import format_number
from damnit_daemon.runner.protocol import Problem

from ..visible import visible
from .trial import Tried

MARKS = {"": "◐", "done": "✓", "skipped": "»", "failed": "✗", "empty": "·"}


@dataclass(frozen=True)
class Line:
    """A line of the table below the text."""

    cells: tuple[str, ...]
    role: str = "text"
    line: int = 0
    """Where to go in the text, 1-based; 0: nowhere."""
    column: int = 0


def problem_lines(problems: Sequence[Problem]) -> list[Line]:
    """Problems, errors first, in their order in the text."""
    ordered = sorted(problems, key=lambda each: (each.severity != "error", each.line, each.column))
    return [
        Line(
            (
                "✗" if each.severity == "error" else "!",
                str(each.line) if each.line else "",
                visible(each.message.replace("\n", " ")),
            ),
            "error" if each.severity == "error" else "warning",
            each.line,
            each.column,
        )
        for each in ordered
    ]


def tried_line(tried: Tried, stored: str, line: int) -> Line:
    """What became of a variable, beside what is stored of it."""
    took = f"{tried.duration_s:.2f} s" if tried.outcome else ""
    role = {"failed": "error", "done": "text", "": "news"}.get(tried.outcome, "quiet")
    mark = MARKS.get(tried.outcome, "?")
    return Line((mark, tried.name, value_text(tried), stored, took), role, line)


def value_text(tried: Tried) -> str:
    """A tried value in a few words."""
    if not tried.outcome:
        return "being computed"
    if tried.message:
        return visible(tried.message.strip().replace("\n", " "))
    found = tried.value
    if found is None or found.value is None:
        return ""
    if isinstance(found.value, bool):
        return str(found.value)
    if isinstance(found.value, int | float):
        text = format_number(found.value)
        units = found.attributes.get("units")
        return f"{text} {visible(str(units))}" if units else text
    if isinstance(found.value, str):
        return visible(found.value.replace("\n", " "))
    if isinstance(found.value, bytes):
        return "an image"
    if found.summary_type:
        return f"a {visible(found.summary_type)}"
    return visible(str(found.value))
