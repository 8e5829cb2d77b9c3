"""Edit values: the cell under the cursor, or a column of the marked runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from damnit_daemon.model import Column, RunKey
from damnit_daemon.store import ValueEdit, same_value

from ..data.edit_commands import Order, Redo, SetValues, Undo
from ..data.edit_queue import EditConflicted
from ..dialogs.edit_conflict import ConflictChoice, ConflictDialog
from ..fixed_columns import COMMENT
from ..sanitize import clip, visible
from ..table.edit_rules import edit_type, why_not_editable
from ..table.viewport import CellAddress
from ..widgets.edit_prompt import Question, Value
from .user_variables import Defining

LONGEST_BEFORE = 60
MOST_DRAFTS = 50
"""Most texts kept as drafts when an edit cannot be written."""


class Editing(Defining):
    """Part of the main screen: edit."""

    _contested: tuple[EditConflicted, ...] = ()
    """Conflicts that wait for a decision."""

    async def action_edit(self) -> None:
        """Edit the cell under the cursor, its column in all marked runs, or a note."""
        cursor = self.table.cursor
        if cursor is None or not self.may_write():
            return
        if (note := self.table.note) is not None:
            await self.edit_note(note)
            return
        index = self.table.rows.column_index(cursor.name)
        if index is None:
            return
        keys = self._keys_to_edit(cursor.key)
        if why := self._why_not(keys, self.table.rows.columns[index]):
            self.notify(why, markup=False)
            return
        await self._ask_value(self.table.rows.columns[index], keys, cursor)

    def action_undo(self) -> None:
        """Undo the last edit of this session."""
        if self.may_write():
            self.order(Undo())

    def action_redo(self) -> None:
        """Redo the last undone edit."""
        if self.may_write():
            self.order(Redo())

    # Cells

    def _keys_to_edit(self, key: RunKey) -> list[RunKey]:
        """Return all marked runs, wherever the cursor is; without marks the run of the cursor."""
        return sorted(self.table.marked, reverse=True) or [key]

    def _why_not(self, keys: Sequence[RunKey], column: Column) -> str:
        rows = self.table.rows
        for key in keys:
            if why := why_not_editable(column, rows.value(key, column.name)):
                return why
            if not rows.is_complete(key):
                return f"The values of run {key.run} are still being read."
        if any((key, column.name) in self.table.view.unwritten for key in keys):
            return "What was typed here before is still being written."
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
        from damnit_daemon.edit import EXPECTED, parse_typed, typed_text

        type_name = edit_type(column)
        user_type = column.type if column.name != COMMENT.name else None
        rows = self.table.rows
        olds = {key: _plain(rows.value(key, column.name)) for key in keys} | dict(known or {})
        place = cursor if cursor.key in olds else CellAddress(keys[0], column.name)
        drafts = self.session.edits.drafts
        text = drafts.get(place) or typed_text(olds[place.key], type_name)
        title = visible(column.title)
        several = len(keys) > 1
        words = f"{title} of {len(keys)} marked runs" if several else f"r{keys[0].run} · {title}"
        befores = {typed_text(old, type_name) for old in olds.values()}
        question = Question(
            words + self._overlooked(keys, cursor.key),
            f"{EXPECTED[type_name]}; empty clears",
            lambda typed: parse_typed(typed, type_name),
            text,
            before=_before(befores),
            is_urgent=keys != [cursor.key],
        )

        def answer(value: Value, typed: str) -> None:
            changes = tuple(
                ValueEdit(key, column.name, old, value, user_type)
                for key, old in olds.items()
                if not same_value(old, value)
            )
            if changes:
                drafts[place] = typed  # until it is written
                self.order(SetValues(changes, words))
                self.show_unwritten()
            else:
                drafts.pop(place, None)

        await self.ask(question, answer, place)

    def _overlooked(self, keys: list[RunKey], cursor: RunKey) -> str:
        """Warn if marked runs are filtered out, or if the cursor is on an unmarked run."""
        hidden = sum(self.table.rows.position(key) is None for key in keys)
        parts = [f"{hidden} of them filtered out"] if hidden else []
        parts += [f"not r{cursor.run}"] if cursor not in keys else []
        return f" ({', '.join(parts)})" if parts else ""

    # Edit conflicts

    def contest(self, outcome: EditConflicted) -> None:
        """Ask how to resolve a conflict, as soon as no other prompt is open."""
        self._contested = (*self._contested, outcome)
        self.settle_contested()

    def on_screen_resume(self) -> None:
        """Ask the pending questions."""
        self.settle_contested()

    def settle_contested(self) -> None:
        """Ask about the next conflict, if nothing covers the table."""
        if not self._contested:
            return
        if self.app.screen is not self or self.has_class("-asking"):
            return
        contested, *others = self._contested
        self._contested = tuple(others)
        self.app.push_screen(
            ConflictDialog(contested), lambda choice: self._decide(contested, choice)
        )

    def _decide(self, contested: EditConflicted, choice: ConflictChoice | None) -> None:
        order = contested.order
        if choice is ConflictChoice.MINE:
            found = {(c.change.key, c.change.name): c.found for c in contested.conflicts}
            changes = tuple(
                c._replace(old=_typed(found.get((c.key, c.name), c.old))) for c in order.changes
            )
            self.order(SetValues(changes, order.words))
        elif contested.is_typed:
            self.keep_draft(order)
        if choice is ConflictChoice.AGAIN:
            self._edit_again(contested)

    def _edit_again(self, contested: EditConflicted) -> None:
        changes = contested.order.changes
        first = CellAddress(changes[0].key, changes[0].name)
        index = self.table.rows.column_index(first.name)
        if index is not None:
            found = {c.change.key: _typed(c.found) for c in contested.conflicts}
            keys = [change.key for change in changes]
            self.call_later(self._ask_value, self.table.rows.columns[index], keys, first, found)

    def keep_draft(self, order: Order) -> None:
        """Offer the typed text again the next time the cell is edited."""
        if isinstance(order, SetValues):
            for change in order.changes[:MOST_DRAFTS]:
                if change.new is not None:
                    self.session.edits.drafts[CellAddress(change.key, change.name)] = str(
                        change.new
                    )


def _plain(stored: object) -> Value:
    value = getattr(stored, "value", None)
    return value if isinstance(value, int | float | str) else None


def _typed(value: object) -> Value:
    return value if isinstance(value, int | float | str) else None


def _before(texts: set[str]) -> str:
    if len(texts) > 1:
        return f"{len(texts)} different values"
    return clip(visible(next(iter(texts))), LONGEST_BEFORE) or "empty"
