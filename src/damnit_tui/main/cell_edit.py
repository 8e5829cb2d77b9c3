"""What a value is typed for: cells, a note, or a number of runs. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from damnit_daemon.model import Column, RunKey
from damnit_daemon.store import Note, ValueEdit, same_value

from ..data.edit_commands import AddRuns, ChangeNote, SetValues
from ..data.edit_queue import EditConflicted
from ..fixed_columns import COMMENT
from ..sanitize import clip, visible
from ..table.cells import CellAddress
from ..table.edit_rules import edit_type
from ..widgets.edit_prompt import Question, Value

LONGEST_BEFORE = 60
MOST_RUNS = 1000


@dataclass(frozen=True)
class CellEdit:
    """A value for one variable of some runs."""

    column: Column
    olds: Mapping[RunKey, Value]
    """The present values."""
    place: CellAddress
    """The cell whose text is edited."""
    hint: str = ""
    """What the user may overlook."""
    is_urgent: bool = False
    """True if it concerns others than the cell under the cursor."""

    @property
    def words(self) -> str:
        """The cells, in words."""
        title = visible(self.column.title)
        if len(self.olds) > 1:
            return f"{title} of {len(self.olds)} marked runs"
        return f"r{next(iter(self.olds)).run} · {title}"

    @property
    def differ(self) -> bool:
        """True if the runs have different values: none of them may be offered for all."""
        return len(self._texts) > 1

    @property
    def present(self) -> str:
        """The present value as typed; empty if the runs have different ones."""
        return "" if self.differ else next(iter(self._texts))

    def question(self, draft: str, history: tuple[str, ...] = ()) -> Question:
        """Return the prompt.

        Args:
            draft: Replaces the present value.
            history: Texts typed earlier, oldest first.
        """
        from damnit_daemon.edit import EXPECTED

        type_name = edit_type(self.column)
        return Question(
            self.words + self.hint,
            f"{EXPECTED[type_name]}; {'a space' if self.differ else 'empty'} clears",
            self._parse,
            draft or self.present,
            before=_before(self._texts),
            placeholder=f"type to replace all {len(self.olds)}; Enter keeps them"
            if self.differ
            else "",
            history=history,
            is_urgent=self.is_urgent,
        )

    @cached_property
    def _texts(self) -> set[str]:
        from damnit_daemon.edit import typed_text

        return {typed_text(old, edit_type(self.column)) for old in self.olds.values()}

    def _parse(self, typed: str) -> Value:
        from damnit_daemon.edit import parse_typed

        clears = self.differ and not typed.strip()
        return parse_typed("" if clears else typed, edit_type(self.column))

    def order(self, text: str, value: Value) -> SetValues | None:
        """Return the edit; None if nothing changes."""
        if self.differ and not text:
            return None
        name = self.column.name
        user_type = self.column.type if name != COMMENT.name else None
        changes = tuple(
            ValueEdit(key, name, old, value, user_type)
            for key, old in self.olds.items()
            if not same_value(old, value)
        )
        return SetValues(changes, self.words) if changes else None


@dataclass(frozen=True)
class NoteEdit:
    """Another text for a note."""

    note: Note
    title: str

    @property
    def present(self) -> str:
        """The present text."""
        return self.note.text

    def question(self, history: tuple[str, ...] = ()) -> Question:
        """Return the prompt; the history is oldest first."""
        expected = "text; empty deletes the note"
        return Question(
            self.title, expected, lambda typed: typed.strip(), self.note.text, history=history
        )

    def order(self, _text: str, value: Value) -> ChangeNote | None:
        """Return the edit; None if nothing changes."""
        text = str(value or "")
        return ChangeNote(self.note, text) if text != self.note.text else None


@dataclass(frozen=True)
class RunsAhead:
    """A number of planned runs."""

    newest: int

    def question(self) -> Question:
        """Return the prompt."""
        title = f"Number of planned runs to add, from run {self.newest + 1}:"
        return Question(title, f"1 to {MOST_RUNS}", _parse_number)

    def order(self, _text: str, value: Value) -> AddRuns | None:
        """Return the edit; None if nothing was typed."""
        return AddRuns(value) if isinstance(value, int) else None


def overwriting(conflict: EditConflicted) -> SetValues:
    """Return the order again, based on the values that were found in its way."""
    found = {(c.change.key, c.change.name): c.found for c in conflict.conflicts}
    changes = tuple(
        c._replace(old=plain_value(found.get((c.key, c.name), c.old)))
        for c in conflict.order.changes
    )
    return SetValues(changes, conflict.order.words)


def plain_value(value: object) -> Value:
    """Return a value as it can be typed; None for others."""
    return value if isinstance(value, int | float | str) else None


def overlooked(hidden: int, cursor: RunKey, keys: Collection[RunKey]) -> str:
    """Warn if marked runs are filtered out, or if the cursor is on an unmarked run."""
    parts = [f"{hidden} filtered out"] if hidden else []
    parts += [f"without r{cursor.run}"] if cursor not in keys else []
    return f" ({', '.join(parts)})" if parts else ""


def _before(texts: set[str]) -> str:
    if len(texts) > 1:
        return f"{len(texts)} different values"
    return clip(visible(next(iter(texts))), LONGEST_BEFORE) or "empty"


def _parse_number(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= MOST_RUNS:
        raise ValueError(f"enter a number from 1 to {MOST_RUNS}")
    return int(text)
