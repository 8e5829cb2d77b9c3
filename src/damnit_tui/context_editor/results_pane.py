"""What checks, dry runs and saves of a context file have found: a message, and rows below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Label
from textual.widgets.data_table import RowKey

from damnit_daemon.runner.protocol import ContextLoaded, Problem
from damnit_daemon.text import count_of

from ..themes import component, component_classes
from ..widgets.lists import ListTable
from .result_rows import ResultRow, has_error, problem_rows

PROBLEM_COLUMNS = ("", "Line", "Problem")
VALUE_COLUMNS = ("", "Variable", "Now", "Stored", "Duration")
DIFFERENCE_COLUMNS = ("", "", "Difference")
OUTDATED = "(before your last edit)"


class ResultsPane(Vertical):
    """A message and a table, whose rows lead to their places in the text."""

    DEFAULT_CSS = """
    ResultsPane {
        height: auto;
        & #context-found {
            height: auto; max-height: 4; width: 1fr; padding: 0 1;
                background: $surface; color: $message-color;
        }
        & ListTable { height: auto; max-height: 35vh; display: none; }
    }
    """
    COMPONENT_CLASSES = component_classes("error", "warning", "success", "quiet", "text")

    @dataclass
    class RowChosen(Message):
        """Posted when a row was selected, to go to its place in the text."""

        row: ResultRow

    def __init__(self) -> None:
        super().__init__()
        self._current = -1
        """Index of the row that `next_row` returned last."""
        self._message = ""
        self._rows: dict[RowKey, ResultRow] = {}

    def compose(self) -> ComposeResult:
        """Compose the message and the table."""
        yield Label("", id="context-found")
        yield ListTable()

    def show_message(self, text: str, role: str) -> None:
        """Show a message; the rows stay."""
        self._message = text
        label = self.query_one("#context-found", Label)
        label.styles.color = self.get_component_styles(component(role)).color
        label.update(Content(text))

    def show_rows(self, columns: tuple[str, ...], rows: Sequence[ResultRow]) -> None:
        """Replace the rows."""
        table = self.query_one(ListTable)
        table.clear(columns=True)
        table.add_columns(*columns)
        self._rows.clear()
        self._current = -1
        for row in rows:
            style = self.get_component_rich_style(component(row.role), partial=True)
            cells = (Text(text, style=style, no_wrap=True, end="") for text in row.cells)
            self._rows[table.add_row(*cells)] = row
        table.display = bool(rows)

    @property
    def has_rows(self) -> bool:
        """True if there are rows."""
        return bool(self._rows)

    def clear(self) -> None:
        """Remove the message and the rows."""
        self.show_rows((), ())
        self.show_message("", "quiet")

    def mark_outdated(self) -> None:
        """Mark what was found in an older text; without rows, remove it."""
        if not self._rows:
            if self._message:
                self.show_message("", "quiet")
        elif not self._message.endswith(OUTDATED):
            self.show_message(f"{self._message} {OUTDATED}".strip(), "quiet")

    def show_problems(self, loaded: ContextLoaded, success: str, failure: str) -> None:
        """Show the problems of a file.

        Args:
            loaded: The result of loading the file.
            success: Message if there is no error.
            failure: Message if there is one; empty for the number of errors.
        """
        problems = [*loaded.problems, *loaded.advice]
        self.show_rows(PROBLEM_COLUMNS, problem_rows(problems))
        if has_error(loaded):
            errors = sum(problem.severity == "error" for problem in problems)
            more = " F8 goes to the next one." if len(problems) > 1 else ""
            self.show_message(f"{failure or count_of(errors, 'error') + '.'}{more}", "error")
        else:
            hints = f"; {count_of(len(problems), 'hint')} below (F8)" if problems else ""
            self.show_message(f"{success}{hints}", "success")

    def show_hints(self, hints: Sequence[Problem]) -> None:
        """Show hints that need no execution."""
        self.show_rows(PROBLEM_COLUMNS, problem_rows(hints))
        self.show_message(count_of(len(hints), "hint") if hints else "No hints.", "success")

    def next_row(self) -> ResultRow | None:
        """Move to the next row and return it; None if there are no rows."""
        if not self._rows:
            return None
        self._current = (self._current + 1) % len(self._rows)
        self.query_one(ListTable).move_cursor(row=self._current, animate=False)
        return list(self._rows.values())[self._current]

    @on(ListTable.RowSelected)
    def select_row(self, event: ListTable.RowSelected) -> None:
        """Post the selected row."""
        event.stop()
        # By key: the rows may have been replaced between the click and this message.
        if (row := self._rows.get(event.row_key)) is not None:
            self.post_message(self.RowChosen(row))
