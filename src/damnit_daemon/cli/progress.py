"""The progress display of `reprocess`: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..model import RunKey
from ..model.advance import advance_of
from ..model.sanitize import show_controls
from ..runner.file_format import START_TIME
from ..runner.protocol import (
    ContextLoaded,
    Event,
    JobEnded,
    JobStarted,
    RunnerMessage,
    VariableAdvanced,
    VariableDone,
    VariableStarted,
)
from ..text import count_of

if TYPE_CHECKING:
    from ..paths import DamnitFolder
    from ..services.outcome import ExtractionReport, RunOutcome

OUTPUT_LINES = 1000
"""Lines of user output shown per run; the rest is in the log."""
COMPUTED = re.compile(rb"Computed [\w.]+ in [\d.]+ s\s*")
"""The runner's own line for each variable, redundant next to the bar."""
MARKS = {"failed": "✗", "skipped": "»"}


class Display:
    """Prints events as lines, run by run; a subclass shows the progress of all of them.

    Its methods are called from any thread, by one at a time (see `extract`).
    """

    def __init__(self, echo: Callable[[str], None]) -> None:
        self._echo = echo
        self._began = time.monotonic()
        self._unfinished = b""
        self._printed_lines = 0

    def show_event(self, key: RunKey | None, event: Event) -> None:
        """Show an event; `key` is the run it concerns, if any."""
        if isinstance(event, ContextLoaded):
            for problem in event.problems:
                if problem.severity != "error":  # errors end the command, which prints them
                    self.line(str(problem))
        elif isinstance(event, RunnerMessage):
            self.line(f"{key}: {event.message}")
        elif isinstance(event, VariableDone) and event.outcome in MARKS:
            self.line(f"{key}: {MARKS[event.outcome]} {event.name}: {_reason(event)}")
        elif isinstance(event, JobStarted):
            self._printed_lines = 0

    def show_progress(self, key: RunKey | None, event: Event) -> None:
        """Show the progress of a run by its event; events of several runs alternate."""

    def show_output(self, chunk: bytes) -> None:
        """Show the output of user code line by line."""
        *lines, self._unfinished = (self._unfinished + chunk).split(b"\n")
        self._unfinished = self._unfinished[-10_000:]
        for line in lines:
            if COMPUTED.fullmatch(line):
                continue
            self._printed_lines += 1
            if self._printed_lines < OUTPUT_LINES:
                self.line(f"  | {line.decode('utf-8', 'replace')[:2000]}")
            elif self._printed_lines == OUTPUT_LINES:
                self.line("  | (see the log for more)")

    def line(self, text: str) -> None:
        """Print a line, sanitized for the terminal."""
        self._echo(show_controls(text))

    def show_summary(self, report: ExtractionReport, folder: DamnitFolder) -> None:
        """Print the summary; problems go to stderr."""
        for run in report.runs:
            if run.failure:
                text = show_controls(f"{run.key}: {run.failure}")
                print(f"{text} (log: {folder.log_file(run.key)})", file=sys.stderr)
        for problem in report.problems:
            print(f"damnit: {show_controls(problem)}", file=sys.stderr)
        if any(run.not_stored for run in report.runs):
            print(
                f"damnit: no values are lost: they are in {folder.extracted_data}. Run "
                "`damnit-daemon combine` to store them.",
                file=sys.stderr,
            )
        print(summary_line(report, time.monotonic() - self._began))


class BarDisplay(Display):
    """Adds a progress bar for the runs, and for the variables of those being processed."""

    def __init__(self, runs: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.text import Text

        console = Console(highlight=False)
        super().__init__(lambda text: console.print(Text(text), soft_wrap=True))
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            console=console,
            transient=True,
        )
        self._runs = self.bar.add_task("runs", total=runs)
        self._variables = self.bar.add_task("variables", total=None)
        self._counts: dict[RunKey | None, list[int]] = {}
        """Variables done and to do of each run that is being processed."""

    def show_progress(self, key: RunKey | None, event: Event) -> None:
        """Update the bar."""
        if isinstance(event, JobStarted):
            self._counts[key] = [0, len(event.variables)]
        elif isinstance(event, VariableStarted):
            self.bar.update(self._variables, description=show_controls(f"{key} {event.name}"))
        elif isinstance(event, VariableAdvanced):
            self._show_advance(key, event)
        elif isinstance(event, VariableDone) and event.name != START_TIME:
            self._counts.setdefault(key, [0, 0])[0] += 1
        elif isinstance(event, JobEnded) and event.outcome != "killed":
            self.bar.advance(self._runs)
            self._counts.pop(key, None)
        if self._counts:
            done, total = map(sum, zip(*self._counts.values(), strict=True))
            self.bar.update(self._variables, completed=done, total=total)

    def _show_advance(self, key: RunKey | None, event: VariableAdvanced) -> None:
        now = time.time()
        try:
            advance = advance_of(event.done, event.total, event.unit, event.remaining_s, now=now)
        except ValueError:  # it comes from the user's Python
            return
        text = show_controls(f"{key} {event.name}: {advance.sentence(now)}")
        self.bar.update(self._variables, description=text)


class LineDisplay(Display):
    """For files and pipes: a line per run, and one per problem."""

    def __init__(self) -> None:
        super().__init__(lambda text: print(text, flush=True))

    def show_event(self, key: RunKey | None, event: Event) -> None:
        """Show an event, and each completed run."""
        super().show_event(key, event)
        if isinstance(event, JobEnded) and event.outcome == "done":
            self.line(f"{key}: done")


@contextmanager
def show_progress(runs: int) -> Iterator[Display]:
    """Select the display for the type of stdout."""
    if not sys.stdout.isatty():
        yield LineDisplay()
        return
    display = BarDisplay(runs)
    with display.bar:
        yield display


def summary_line(report: ExtractionReport, duration_s: float) -> str:
    """Summarise a report: `6 runs, 1 failed: 70 variables done, 4 skipped, 6 failed (8.1 s)`."""
    count = len(report.runs)
    broken = sum(bool(run.failure) for run in report.runs)
    runs = count_of(count, "run") + (f", {broken} failed" if broken else "")
    totals = [_total(report.runs, outcome) for outcome in ("done", "empty", "skipped", "failed")]
    done, empty, skipped, failed = totals
    text = f"{runs}: {count_of(done + empty, 'variable')} done, {skipped} skipped, {failed} failed"
    return f"{text} ({duration_s:.1f} s)" + (", interrupted" if report.is_interrupted else "")


def _total(runs: list[RunOutcome], outcome: str) -> int:
    return sum(run.count(outcome) for run in runs)


def _reason(event: VariableDone) -> str:
    lines = event.error.splitlines() or [""]
    first = lines[0] + (" …" if len(lines) > 1 else "")
    if event.outcome == "skipped" or event.error_class in {"", "DependencyError"}:
        return first
    return f"{event.error_class}: {first}"
