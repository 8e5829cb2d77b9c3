"""Edit what is in the table: cells, notes, user-editable variables and planned runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from damnit_daemon.model import Column, RunKey, VariableInfo
from damnit_daemon.store import FORMAT_VERSION, Note

from ..data.edit_commands import ChangeVariable, DefineVariable, Order, Redo, Undo
from ..data.edit_queue import EditConflicted, EditDelayed, EditFailed, EditQueue, EditSaved
from ..dialogs.edit_conflict import ConflictChoice, ConflictDialog
from ..sanitize import visible
from ..table.cells import CellAddress
from ..table.edit_rules import too_long, why_not_editable
from ..table.widget import RunTable
from ..widgets.edit_prompt import EditPrompt, Question, Value
from ..widgets.history import remember
from ..widgets.prompt_bar import PromptBar
from .cell_edit import CellEdit, NoteEdit, RunsAhead, overlooked, overwriting, plain_value
from .edit_controller import EditController, Migrated
from .run_labels import RunLabels

VALUE_PROMPT = "value-prompt"
NEW = ""
"""The choice for a variable that does not exist yet."""
NOTE = ""
"""The key of notes in `histories`; no user variable has an empty name."""


class EditBar(Vertical):
    """Asks for values in the prompt bar, and opens the dialogs of edits.

    Args:
        queue: The edits of the folder.
        table: The table, which shows unwritten values.
        prompt_bar: The prompt bar, whose other prompts are left to others.
        clock: Returns the current time.
        zone: Time zone of times shown and typed.
    """

    DEFAULT_CSS = "EditBar { height: auto; }"

    def __init__(
        self,
        queue: EditQueue,
        table: RunTable,
        prompt_bar: PromptBar,
        *,
        clock: Callable[[], float],
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.edits = EditController(queue, self)
        self._table = table
        self.labels = RunLabels(table, self.put, self.may_write)
        self._queue = queue
        self._prompt_bar = prompt_bar
        self._clock = clock
        self._zone = zone
        self._edit: CellEdit | NoteEdit | RunsAhead | None = None
        """What a value is being typed for."""
        self.histories: dict[str, tuple[str, ...]] = {}
        """Texts typed for each variable, cancelled ones too, oldest first."""
        self._is_leaving = False
        self._shown_problem = ""
        """The last problem reported, so that it is not repeated with every edit."""

    def compose(self) -> ComposeResult:
        """Compose the prompt bar."""
        yield self._prompt_bar

    def on_mount(self) -> None:
        """Start the workers, after the first paint."""
        self.call_after_refresh(self.edits.start)

    def on_unmount(self) -> None:
        """Stop the worker."""
        self.edits.stop()

    # Permissions

    def may_write(self) -> bool:
        """Return True if writing is possible; else report why not, and offer what can be done."""
        denied = self.edits.denied
        if denied.old_format is not None:
            self._offer_migration()
        elif denied:
            self.notify(visible(f"{denied.reason}"), markup=False)
        if denied:
            self.edits.check_rights()  # permissions may have changed
        return not denied

    def may_leave(self) -> bool:
        """Return True if everything is written; a user who was warned may leave anyway."""
        if not self.edits.delayed or self._is_leaving:
            return True
        self._is_leaving = True
        self.notify(
            "The database is busy and your edit is not saved yet. Press q again to quit; "
            "the text is restored when you edit the cell again.",
            severity="warning",
            markup=False,
        )
        return False

    def _offer_migration(self) -> None:
        from ..dialogs.confirm import ConfirmDialog

        text = (
            f"{self.edits.denied.reason}\n\nMigrate it to format {FORMAT_VERSION} (DAMNIT "
            "0.4)? A backup is kept next to it."
        )
        dialog = ConfirmDialog("Old database format", text, True, yes="migrate")
        self.app.push_screen(dialog, self._migrate)

    def _migrate(self, is_confirmed: bool | None) -> None:
        if is_confirmed:
            self.notify("Migrating the database…", markup=False)
            self.edits.migrate()

    @on(Migrated)
    def show_migration(self, event: Migrated) -> None:
        """Report the migration; from now on writing is possible."""
        severity = "information" if event.is_good else "error"
        self.notify(visible(event.text), severity=severity, markup=False, timeout=15)  # type: ignore[arg-type]
        self.edits.check_rights()

    # Cells

    async def edit(self) -> None:
        """Edit the cell under the cursor, its column in all marked runs, or a note."""
        table = self._table
        cursor = table.cursor
        if cursor is None or not self.may_write():
            return
        if (note := table.note) is not None:
            await self._edit_note(note)
            return
        index = table.rows.column_index(cursor.name)
        if index is None:
            return
        # The marked runs, with or without the cursor's; if none is marked, the cursor's run.
        keys = sorted(table.marked, reverse=True) or [cursor.key]
        if why := self._why_not(keys, table.rows.columns[index]):
            self.notify(why, markup=False)
            return
        await self._ask_value(table.rows.columns[index], keys, cursor)

    def undo(self) -> None:
        """Undo the last edit of this session."""
        if self.may_write():
            self.put(Undo())

    def redo(self) -> None:
        """Redo the last undone edit."""
        if self.may_write():
            self.put(Redo())

    def _why_not(self, keys: Sequence[RunKey], column: Column) -> str:
        rows = self._table.rows
        for key in keys:
            if why := why_not_editable(column, rows.value(key, column.name)):
                return why
            if not rows.is_complete(key):
                return f"Still loading the values of run {key.run}."
        if any((key, column.name) in self._table.cells.unwritten for key in keys):
            return "The previous edit of this cell is still being saved."
        return ""

    async def _ask_value(
        self,
        column: Column,
        keys: list[RunKey],
        cursor: CellAddress,
        known: Mapping[RunKey, Value] | None = None,
    ) -> None:
        """Prompt for a value.

        Args:
            column: The variable.
            keys: The runs.
            cursor: The cell the prompt was opened at.
            known: Values of the cells that are newer than the table.
        """
        rows = self._table.rows
        stored = {key: rows.value(key, column.name) for key in keys}
        olds = {key: plain_value(value and value.value) for key, value in stored.items()}
        hidden = sum(rows.position(key) is None for key in keys)
        edit = CellEdit(
            column,
            olds | dict(known or {}),
            cursor if cursor.key in olds else CellAddress(keys[0], column.name),
            overlooked(hidden, cursor.key, keys),
            is_urgent=keys != [cursor.key],
        )
        draft = self.edits.drafts.get(edit.place, "")
        history = self.histories.get(column.name, ())
        if edit.differ and known is None:
            # It may have been typed for one run: only ↑ offers it for several.
            draft, history = "", remember(history, draft)
        await self._ask(edit, edit.question(draft, history))

    # The prompt

    async def _ask(self, edit: CellEdit | NoteEdit | RunsAhead, question: Question) -> None:
        """Prompt for a value; the text for a cell is kept while it is typed."""
        if await self._prompt_bar.open(EditPrompt(question, id=VALUE_PROMPT)):
            self._edit = edit

    @on(EditPrompt.Changed, f"#{VALUE_PROMPT}.-open")
    def keep_typed(self, event: EditPrompt.Changed) -> None:
        """Keep the typed text, in case the connection drops."""
        if isinstance(self._edit, CellEdit):
            self.edits.drafts[self._edit.place] = event.text

    @on(EditPrompt.Submitted, f"#{VALUE_PROMPT}.-open")
    def take_answer(self, event: EditPrompt.Submitted) -> None:
        """Order what was typed."""
        edit = self._edit
        self._close_prompt()
        if edit is None:
            return
        self._remember(edit, event.text)
        order = edit.order(event.text, plain_value(event.value))
        if isinstance(edit, CellEdit):
            if order is not None:
                self.edits.drafts[edit.place] = event.text  # until it is written
            else:
                self.edits.drafts.pop(edit.place, None)
        if order is not None:
            self.put(order)

    @on(EditPrompt.Cancelled, f"#{VALUE_PROMPT}.-open")
    def cancel(self, event: EditPrompt.Cancelled) -> None:
        """Return to the table; the typed text is offered again in the history."""
        edit = self._edit
        if isinstance(edit, CellEdit):
            self.edits.drafts.pop(edit.place, None)
        self._close_prompt()
        if edit is not None and self._remember(edit, event.text):
            self.notify("Not saved. Press e, then ↑ to get the text back.", markup=False, timeout=4)

    def _remember(self, edit: CellEdit | NoteEdit | RunsAhead, text: str) -> bool:
        """Add a text to the history, unless it is the present one."""
        if isinstance(edit, RunsAhead) or not text.strip() or text == edit.present:
            return False
        name = edit.column.name if isinstance(edit, CellEdit) else NOTE
        self.histories[name] = remember(self.histories.get(name, ()), text)
        return True

    def _close_prompt(self) -> None:
        self._edit = None
        self._prompt_bar.close()
        self.call_after_refresh(self.ask_about_conflict)

    # Outcomes

    def put(self, order: Order) -> None:
        """Queue an order, and show its values in their cells."""
        self.edits.put(order)
        self._show_unwritten()

    def _show_unwritten(self) -> None:
        pending = self.edits.unwritten()
        if pending != self._table.cells.unwritten:
            self._table.show_unwritten(pending)

    @on(EditSaved)
    def show_saved(self, event: EditSaved) -> None:
        """Show the written values, and report what was done."""
        with self._table.updating() as rows:
            rows.add_values(event.values)
            rows.set_labels((change.key, change.new) for change in event.labels)
        self.labels.settle(event.order)
        if event.message:
            self.notify(visible(event.message), markup=False, timeout=4)
        if event.problem and event.problem != self._shown_problem:
            text = f"Saved, but not recorded in the edit history: {event.problem}"
            self.notify(visible(text), severity="warning", markup=False)
        self._shown_problem = event.problem
        self._show_unwritten()

    @on(EditDelayed)
    def show_delayed(self, event: EditDelayed) -> None:
        """Report once why edits wait."""
        if event.problem != self._shown_problem:
            text = f"{event.problem} Your edit is kept; retrying."
            self.notify(visible(text), severity="warning", markup=False)
        self._shown_problem = event.problem
        self._show_unwritten()

    @on(EditFailed)
    def show_failed(self, event: EditFailed) -> None:
        """Report why an edit was not written."""
        text = f"Not saved: {event.order.words}. {event.problem}"
        self.notify(visible(text), severity="error", markup=False, timeout=15)
        self.labels.settle(event.order)
        self._show_unwritten()

    # Edit conflicts

    @on(EditConflicted)
    def ask_about_conflict(self) -> None:
        """Ask how to resolve the next conflict, as soon as nothing covers the table."""
        self._show_unwritten()
        waiting = self.edits.contested
        if waiting and self.app.screen is self.screen and self._prompt_bar.prompt is None:
            conflict = waiting.popleft()
            self.app.push_screen(
                ConflictDialog(conflict), lambda choice: self._resolve(conflict, choice)
            )

    def _resolve(self, conflict: EditConflicted, choice: ConflictChoice | None) -> None:
        if choice is ConflictChoice.MINE:
            self.put(overwriting(conflict))
        elif conflict.is_typed:
            self.edits.keep_draft(conflict.order)
        if choice is ConflictChoice.AGAIN:
            self._edit_again(conflict)

    def _edit_again(self, conflict: EditConflicted) -> None:
        changes = conflict.order.changes
        first = CellAddress(changes[0].key, changes[0].name)
        index = self._table.rows.column_index(first.name)
        if index is not None:
            found = {c.change.key: plain_value(c.found) for c in conflict.conflicts}
            keys = [change.key for change in changes]
            self.call_later(self._ask_value, self._table.rows.columns[index], keys, first, found)

    # Notes

    def show_notes(self, note: Note | None = None) -> None:
        """Show the notes, with this one highlighted, or a field for a new one."""
        from ..dialogs.notes import NotesScreen

        self.app.push_screen(
            NotesScreen(
                self._queue,
                clock=self._clock,
                denied=self.edits.denied.reason,
                zone=self._zone,
                at=note,
            )
        )

    def fold_notes(self) -> None:
        """Toggle the notes between the runs."""
        lines = self._table.lines
        with self._table.updating():
            lines.folded = not lines.folded
        if lines.folded:
            self.notify("Notes hidden. Press z to show them, o to list them.", markup=False)
        elif not lines.are_in_order:
            self.notify(
                "Notes are shown between the runs only when runs are sorted by time. "
                "Press o to list them.",
                markup=False,
            )
        elif not lines.notes:
            self.notify("No notes yet. Press o to add one.", markup=False)

    async def _edit_note(self, note: Note) -> None:
        if why := too_long(note.text):
            self.notify(why, markup=False)
            return
        edit = NoteEdit(note, self._table.cells.describe_note(note).place)
        await self._ask(edit, edit.question(self.histories.get(NOTE, ())))

    # Runs and variables

    async def add_runs(self) -> None:
        """List runs that have not been taken yet."""
        if self.may_write():
            newest = max((key.run for key in self._table.rows.all_keys), default=0)
            await self._ask(RunsAhead(newest), RunsAhead(newest).question())

    def change_variable(self) -> None:
        """Add or change a user-editable variable."""
        from ..dialogs.variable_dialog import VariableChoice, VariableDialog

        if not self.may_write():
            return
        table = self._table
        known = [column for column in table.rows.columns[2:] if column.type is not None]
        if not known:
            self._fill_form(NEW)
            return
        choices = [VariableChoice(column.name, column.title, str(column.type)) for column in known]
        self.app.push_screen(
            VariableDialog(
                "User variables",
                [VariableChoice(NEW, "+ new variable"), *choices],
                suggested=table.cursor.name if table.cursor else "",
            ),
            self._fill_form,
        )

    def _fill_form(self, name: str | None) -> None:
        from ..dialogs.user_variable import UserVariableForm

        if name is None:
            return
        columns = self._table.rows.columns
        found = next((column for column in columns if column.name == name), None)
        before = _info(found) if found is not None else None

        def save(after: VariableInfo | None) -> None:
            if after is not None and after != before:
                self.put(ChangeVariable(before, after) if before else DefineVariable(after))

        self.app.push_screen(UserVariableForm(columns, before), save)

    def delete_variable(self) -> None:
        """Delete the variable under the cursor and all its data."""
        from ..dialogs.variable_deletion import DeletionDialog

        rows, cursor = self._table.rows, self._table.cursor
        index = rows.column_index(cursor.name) if cursor else None
        if index is None or not self.may_write():
            return
        column = rows.columns[index]
        if column in rows.columns[:2]:
            self.notify("The time and comment columns cannot be deleted.", markup=False)
            return
        runs = sum(rows.value(key, column.name) is not None for key in rows.all_keys)
        self.app.push_screen(DeletionDialog(self._queue, column, runs))


def _info(column: Column) -> VariableInfo:
    return VariableInfo(
        column.name, column.title, column.description, column.type, tuple(column.tags)
    )
