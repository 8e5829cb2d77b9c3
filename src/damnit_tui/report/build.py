"""Build the text of a report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

from damnit_daemon.model import RunKey
from damnit_daemon.run_ranges import format_run_ranges
from damnit_daemon.text import count_of

from ..sanitize import visible, visible_lines
from ..state.saved_pictures import SavedPicture

GONE = " (file no longer exists)"
"""Follows the file name of a picture that cannot be sent."""


@dataclass(frozen=True)
class FailureSummary:
    """A failure of a variable, with its runs."""

    title: str
    message: str
    runs: tuple[int, ...]


@dataclass(frozen=True)
class ShiftSummary:
    """The contents of a report."""

    proposal: int | None
    since: float
    """Unix seconds."""
    until: float
    runs: tuple[RunKey, ...] = ()
    """Runs that began in this period, newest first."""
    table: str = ""
    """Markdown of these runs."""
    notes: tuple[tuple[float, str], ...] = ()
    """Time and text of each note."""
    failures: tuple[FailureSummary, ...] = field(default=())
    pictures: tuple[SavedPicture, ...] = ()
    """Pictures saved in this period."""
    gone: frozenset[Path] = frozenset()
    """Files of pictures that no longer exist."""


def write_report(summary: ShiftSummary, zone: tzinfo | None = None) -> str:
    """Write the report as Markdown.

    Args:
        summary: The contents.
        zone: Time zone of the times written; None for this machine's.
    """
    proposal = f"p{summary.proposal}: " if summary.proposal is not None else ""
    span = f"{_moment(summary.since, zone)} – {_moment(summary.until, zone)}"
    lines = [f"### {proposal}{span}", ""]
    if summary.runs:
        count = len(summary.runs)
        numbers = format_run_ranges(key.run for key in summary.runs)
        lines += [f"{count_of(count, 'run')}: {numbers}", ""]
    else:
        lines += ["No runs.", ""]
    if summary.notes:
        lines += ["#### Notes", ""]
        lines += [f"* {_moment(at, zone)} {_line(text)}" for at, text in sorted(summary.notes)]
        lines.append("")
    if summary.failures:
        lines += ["#### New errors", ""]
        lines += [_failure(failure) for failure in summary.failures]
        lines.append("")
    if summary.pictures:
        lines += ["#### Plots", ""]
        for picture in summary.pictures:
            gone = GONE if picture.path in summary.gone else ""
            shown = f"{_moment(picture.at, zone)} {_line(picture.shown)}"
            lines.append(f"* {shown}: {place_of(picture)}{gone}")
            lines += _drawing(picture)
        lines.append("")
    if summary.table.strip():
        lines += ["#### Runs", "", summary.table.rstrip(), ""]
    return "\n".join(lines)


def _drawing(picture: SavedPicture) -> list[str]:
    """Return a plot as text, in a block of code that no name in it can end."""
    if not picture.drawing:
        return []
    return ["", "```text", *visible_lines(picture.drawing.replace("`", "'")), "```", ""]


def place_of(picture: SavedPicture) -> str:
    """The reference to a picture's file in a report."""
    path = visible(str(picture.path))
    return f"`` {path} ``" if "`" in path else f"`{path}`"


def group_failures(found: Sequence[tuple[int, str, str]]) -> tuple[FailureSummary, ...]:
    """Group equal failures, the most frequent first.

    Args:
        found: Run, the variable's title and the message of each failure.
    """
    runs: dict[tuple[str, str], list[int]] = {}
    for run, title, message in found:
        runs.setdefault((title, message), []).append(run)
    ordered = sorted(runs.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(FailureSummary(*what, tuple(sorted(which))) for what, which in ordered)


def _failure(failure: FailureSummary) -> str:
    message = _line(failure.message)
    which = "run" if len(failure.runs) == 1 else "runs"
    return f"* **{_line(failure.title)}** {message} ({which} {format_run_ranges(failure.runs)})"


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def _moment(at: float, zone: tzinfo | None) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}"
