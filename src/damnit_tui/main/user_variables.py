"""Edits other than values: user variables, deletion, planned runs, notes."""

from __future__ import annotations

from textual import on

from damnit_daemon.model import Column, VariableInfo
from damnit_daemon.store import Note

from ..data.edit_commands import AddRuns, ChangeNote, ChangeVariable, DefineVariable
from ..table.edit_rules import too_long
from ..table.widget import RunTable
from ..widgets.edit_prompt import Question, Value
from .edit_controller import Writing

MOST_RUNS = 1000
NEW = ""
"""The choice for a variable that does not exist yet."""


class Defining(Writing):
    """Part of the main screen: variables, runs and notes."""

    def action_user_variable(self) -> None:
        """Add or change a user-editable variable."""
        from ..dialogs.variable_dialog import VariableChoice, VariableDialog

        if not self.may_write():
            return
        known = [column for column in self.table.rows.columns[2:] if column.type is not None]
        if not known:
            self._fill_form(NEW)
            return
        current = self.table.cursor.name if self.table.cursor else ""
        choices = [VariableChoice(column.name, column.title, str(column.type)) for column in known]
        self.app.push_screen(
            VariableDialog(
                "Variables to fill in",
                [VariableChoice(NEW, "+ a new one"), *choices],
                suggested=current,
            ),
            self._fill_form,
        )

    def action_delete_variable(self) -> None:
        """Delete the variable under the cursor and all its data."""
        from ..dialogs.variable_deletion import DeletionDialog

        cursor = self.table.cursor
        index = self.table.rows.column_index(cursor.name) if cursor else None
        if cursor is None or index is None or not self.may_write():
            return
        rows = self.table.rows
        column = rows.columns[index]
        if column in rows.columns[:2]:
            self.notify("Time and comments cannot be deleted.", markup=False)
            return
        runs = sum(rows.value(key, column.name) is not None for key in rows.all_keys)
        self.app.push_screen(DeletionDialog(column, runs, self.session.edits.delete_variable))

    async def action_add_runs(self) -> None:
        """List runs that have not been taken yet."""
        if not self.may_write():
            return

        def answer(value: Value, _text: str) -> None:
            if isinstance(value, int):
                self.order(AddRuns(value))

        newest = max((key.run for key in self.table.rows.all_keys), default=0)
        await self.ask(
            Question(
                f"How many runs ahead? The next one is {newest + 1}.",
                f"1 to {MOST_RUNS}",
                _parse_number,
            ),
            answer,
        )

    def action_notes(self) -> None:
        """Show the notes, and add one."""
        self._open_notes(None)

    @on(RunTable.NoteOpened)
    def open_note(self, event: RunTable.NoteOpened) -> None:
        """Show the notes, with this one highlighted."""
        self._open_notes(event.note)

    def fold_notes(self, folded: bool) -> None:
        """Hide the notes, or show them between the runs."""
        self.table.show_notes(self.table.lines.notes, folded=folded)

    def action_fold_notes(self) -> None:
        """Toggle the notes between the runs."""
        lines = self.table.lines
        self.fold_notes(not lines.folded)
        if lines.folded:
            self.notify("Notes are folded away; z shows them, o lists them.", markup=False)
        elif not lines.are_in_order:
            self.notify(
                "Notes stand between the runs only while these are in the order they were taken; "
                "o lists them.",
                markup=False,
            )
        elif not lines.notes:
            self.notify("There are no notes yet: o adds one.", markup=False)

    async def edit_note(self, note: Note) -> None:
        """Prompt for another text for a note."""
        if why := too_long(note.text):
            self.notify(why, markup=False)
            return

        def answer(value: Value, _text: str) -> None:
            text = str(value or "")
            if text != note.text:
                self.order(ChangeNote(note, text))

        await self.ask(
            Question(
                self.table.view.describe_note(note).place,
                "text; empty deletes the note",
                lambda typed: typed.strip(),
                note.text,
            ),
            answer,
        )

    def _open_notes(self, note: Note | None) -> None:
        from ..dialogs.notes import NotesScreen

        self.app.push_screen(
            NotesScreen(
                self.session.edits.load_notes,
                self.order,
                clock=self._clock,
                denied=self._denied.reason,
                zone=self._zone,
                at=note,
            )
        )

    def _fill_form(self, name: str | None) -> None:
        from ..dialogs.user_variable import UserVariableForm

        if name is None:
            return
        columns = self.table.rows.columns
        found = next((column for column in columns if column.name == name), None)
        before = _info(found) if found is not None else None

        def save(after: VariableInfo | None) -> None:
            if after is None or after == before:
                return
            self.order(ChangeVariable(before, after) if before else DefineVariable(after))

        self.app.push_screen(UserVariableForm(columns, before), save)


def _info(column: Column) -> VariableInfo:
    return VariableInfo(
        column.name, column.title, column.description, column.type, tuple(column.tags)
    )


def _parse_number(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= MOST_RUNS:
        raise ValueError(f"a number from 1 to {MOST_RUNS} is expected")
    return int(text)
