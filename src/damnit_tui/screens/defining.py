"""What the main screen does besides values: user variables, deletion, runs ahead, notes."""

from __future__ import annotations

from damnit_daemon.model import Column, VariableInfo

from ..orders import AddRuns, ChangeVariable, DefineVariable
from ..widgets.edit_prompt import Question, Value
from .writing import Writing

MOST_RUNS = 1000


class Defining(Writing):
    """A part of the main screen: variables, runs and notes."""

    def action_user_variable(self) -> None:
        """Add a variable to fill in, or change one."""
        from .variable_list import NEW, VariableList

        if not self.may_write():
            return
        known = [column for column in self.table.rows.columns[2:] if column.type is not None]
        if not known:
            self._fill_form(NEW)
            return
        current = self.table.cursor.name if self.table.cursor else ""
        self.app.push_screen(VariableList(known, current), self._fill_form)

    def action_delete_variable(self) -> None:
        """Delete the variable under the cursor, with all its data."""
        from .deletion import DeletionBox

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
        self.app.push_screen(DeletionBox(column, runs, self.session.edits.delete_variable))

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
        from .notes import NotesScreen

        self.app.push_screen(
            NotesScreen(
                self.session.edits.load_notes,
                self.order,
                clock=self._clock,
                denied=self._denied,
                zone=self._zone,
            )
        )

    def _fill_form(self, name: str | None) -> None:
        from .user_variable import UserVariableForm

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
