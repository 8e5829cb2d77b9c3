"""Build the text of a report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from damnit_daemon.model import RunKey
from damnit_daemon.run_ranges import format_run_ranges
from damnit_daemon.text import count_of

from ..format import format_minute
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
    """Processed runs that began in this period, newest first."""
    table: str = ""
    """Markdown of these runs."""
    notes: tuple[tuple[float, str], ...] = ()
    """Time and text of each note."""
    failures: tuple[FailureSummary, ...] = field(default=())
    pictures: tuple[SavedPicture, ...] = ()
    """Pictures saved in this period."""
    gone: frozenset[Path] = frozenset()
    """Files of pictures that no longer exist."""
    unprocessed: tuple[RunKey, ...] = ()
    """Runs without a start time or computed value: planned, or not processed yet."""
    labels: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """Labels given to runs of this period, each with the run numbers."""
    left_out: int = 0
    """Number of runs that the table leaves out."""


def write_report(summary: ShiftSummary, zone: tzinfo | None = None) -> str:
    """Write the report as Markdown.

    Args:
        summary: The contents.
        zone: Time zone of the times written; None for this machine's.
    """
    proposal = f"p{summary.proposal}: " if summary.proposal is not None else ""
    span = f"{format_minute(summary.since, zone)} – {format_minute(summary.until, zone)}"
    lines = [f"### {proposal}{span}", ""]
    if summary.runs:
        count = len(summary.runs)
        numbers = format_run_ranges(key.run for key in summary.runs)
        lines += [f"{count_of(count, 'run')}: {numbers}", ""]
    else:
        lines += ["No runs.", ""]
    if summary.unprocessed:
        numbers = format_run_ranges(key.run for key in summary.unprocessed)
        lines += [f"Not processed: {numbers}", ""]
    if summary.labels:
        lines += [f"* {_line(label)}: {format_run_ranges(runs)}" for label, runs in summary.labels]
        lines.append("")
    if summary.notes:
        lines += ["#### Notes", ""]
        lines += [
            f"* {format_minute(at, zone)} {_line(text)}" for at, text in sorted(summary.notes)
        ]
        lines.append("")
    if summary.failures:
        lines += ["#### New errors", ""]
        lines += [_failure(failure) for failure in summary.failures]
        lines.append("")
    if summary.pictures:
        lines += ["#### Plots", ""]
        for picture in summary.pictures:
            gone = GONE if picture.path in summary.gone else ""
            shown = f"{format_minute(picture.at, zone)} {_line(picture.shown)}"
            lines.append(f"* {shown}: {place_of(picture)}{gone}")
            lines += _drawing(picture)
        lines.append("")
    if summary.table.strip():
        rest = f" without the {count_of(summary.left_out, 'oldest run')}" * bool(summary.left_out)
        lines += [f"#### Runs{rest}", "", summary.table.rstrip(), ""]
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
