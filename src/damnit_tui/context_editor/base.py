"""Base class of the parts of the context editor: background tasks, and their results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import on, work
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import DataTable, Label, TextArea

from damnit_daemon.errors import DamnitError
from damnit_daemon.logs import LineKind, kind_of
from damnit_daemon.runner.protocol import ContextLoaded
from damnit_daemon.text import count_of

from ..data.dry_run import DryRun, DryRunCancelled
from .result_rows import ResultRow, problem_lines

if TYPE_CHECKING:
    from damnit_daemon.model import RunKey

    from ..data.session import Session
    from .document import Document

MOST_OUTPUT = 20_000
"""Most characters kept of the file's output."""

PROBLEMS = ("", "Line", "Problem")


@dataclass(frozen=True)
class ContextSaved:
    """The saved text, and the variables it computes differently than before."""

    changed: tuple[str, ...] = ()


@dataclass
class Attempt:
    """A check, dry run or save in the background; ends early once it is obsolete."""

    wanted: bool = True
    output: str = ""
    lines: dict[str, ResultRow] = field(default_factory=dict)

    def add_output(self, text: str) -> None:
        """Append output of the file."""
        self.output = (self.output + text)[-MOST_OUTPUT:]

    def printed(self) -> list[str]:
        """Return the file's output, without the runner's outcomes and tracebacks."""
        found, in_traceback = [], False
        for line in filter(str.strip, self.output.splitlines()):
            in_traceback = line.startswith(("Traceback ", " ") if in_traceback else "Traceback ")
            if not in_traceback and kind_of(line) is LineKind.PLAIN:
                found.append(line)
        return found


class ContextPart(Screen[ContextSaved | None]):
    """Part of the screen; `ContextScreen` combines all parts, and creates what they share."""

    if TYPE_CHECKING:
        _session: Session
        _document: Document
        _key: RunKey | None
        _line: int
        _saved_text: str
        _changed: set[str]

        def _ask(self, question: str, given: str, answer: Callable[[str], object]) -> None: ...
        def _tell_title(self) -> None: ...

    _attempt: Attempt | None = None
    """The current background task."""
    _lines: tuple[ResultRow, ...] = ()
    """Rows of the table below the text."""
    _gone_to = -1
    """Index of the row last gone to."""

    @dataclass
    class Found(Message):
        """Posted when a background task has results; shown in the screen's thread."""

        show: Callable[[], object]

    @property
    def text(self) -> str:
        """The text on the screen."""
        return self.query_one(TextArea).text

    @property
    def is_changed(self) -> bool:
        """True if the text has unsaved changes."""
        return self.text != self._saved_text

    # Background tasks

    def _dry_run(self, attempt: Attempt) -> DryRun:
        return DryRun(
            self._session.folder,
            is_wanted=lambda: attempt.wanted,
            tell_output=attempt.add_output,
        )

    def _begin(self, what: str, do: Callable[[Attempt, str], object], text: str) -> None:
        if self._attempt is not None:
            self._attempt.wanted = False
        attempt = self._attempt = Attempt()
        self._say(f"{what[:1].upper()}{what[1:]}… (Esc ends it)", "quiet")
        self._work_on(attempt, lambda: do(attempt, text))

    @work(thread=True, group="trial")
    def _work_on(self, attempt: Attempt, do: Callable[[], object]) -> None:
        try:
            do()
        except DryRunCancelled:
            self._later(partial(self._say, "Ended.", "quiet"))
        except DamnitError as error:
            message = "\n".join(filter(None, [error.message, error.hint]))
            self._later(partial(self._say, message, "error"))
        except OSError as error:
            reason = error.strerror or str(error)
            self._later(partial(self._say, f"That could not be done: {reason}.", "error"))
        finally:
            self._later(partial(self._ended, attempt))

    def _ended(self, attempt: Attempt) -> None:
        if self._attempt is attempt:
            self._attempt = None

    def _later(self, show: Callable[[], object]) -> None:
        self.post_message(self.Found(show))

    @on(Found)
    def show_found(self, event: Found) -> None:
        """Show the results."""
        event.show()

    # Results

    def _show_problems(self, loaded: ContextLoaded, said: str, failed: str = "") -> None:
        """Show the problems of a file.

        Args:
            loaded: The result of loading the file.
            said: Message if there is no error.
            failed: Message if there is one; empty for the number of errors.
        """
        problems = [*loaded.problems, *loaded.advice]
        errors = sum(problem.severity == "error" for problem in problems)
        self._fill(PROBLEMS, problem_lines(problems))
        if errors:
            more = " F8 goes to the next." if len(problems) > 1 else ""
            self._say(f"{failed or count_of(errors, 'error') + '.'}{more}", "error")
            self.action_next_line()
        else:
            hints = f"; {count_of(len(problems), 'hint')} below: F8" if problems else ""
            self._say(f"{said}{hints}", "news")

    def _fill(self, columns: tuple[str, ...], lines: list[ResultRow]) -> None:
        table = self.query_one(DataTable)
        table.clear(columns=True)
        table.add_columns(*columns)
        self._lines = tuple(lines)
        self._gone_to = -1
        for line in lines:
            style = self.get_component_rich_style(f"context--{line.role}", partial=True)
            table.add_row(*(_cell(text, style) for text in line.cells))
        table.display = bool(lines)

    def action_next_line(self) -> None:
        """Go to the position of the next row."""
        if self._lines:
            self._gone_to = (self._gone_to + 1) % len(self._lines)
            self.query_one(DataTable).move_cursor(row=self._gone_to, animate=False)
            self._go_to(self._lines[self._gone_to])

    @on(DataTable.RowSelected)
    def go_to_row(self, event: DataTable.RowSelected) -> None:
        """Go to the position in the text."""
        if 0 <= event.cursor_row < len(self._lines):
            self._go_to(self._lines[event.cursor_row])
            self.query_one(TextArea).focus()

    def _go_to(self, line: ResultRow) -> None:
        if line.line:
            place = (line.line - 1, max(0, line.column - 1))
            self.query_one(TextArea).move_cursor(place, center=True)

    def _say(self, text: str, role: str) -> None:
        label = self.query_one("#context-found", Label)
        style = self.get_component_styles(f"context--{role}")
        label.styles.color = style.color
        label.update(Content(text))


def _cell(text: str, style: Style) -> Text:
    return Text(text, style=style, no_wrap=True, end="")
