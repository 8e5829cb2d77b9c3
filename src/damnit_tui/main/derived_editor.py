"""Define, change, share and delete derived columns."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from textual.widget import Widget

from damnit_daemon.errors import DamnitError
from damnit_daemon.query import FilterError

from ..data.session import READ_ONLY
from ..keymap.commands import complete_words
from ..sanitize import visible
from ..table.widget import RunTable
from ..widgets.prompt import offered
from .runs_query import RunsQuery
from .visible_columns import VisibleColumns

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition
    from damnit_daemon.model import Column
    from damnit_daemon.query.completion import Completion

    from ..data.session import Session

    Definitions = tuple[Definition, ...]

WORDS = ("share", "unshare", "delete")
_COMMAND = re.compile(rf"({'|'.join(WORDS)})\s+(?!as\s)(.+)")


class _Step(NamedTuple):
    """A change that can be undone: the user's definitions and the shared ones."""

    words: str
    before: tuple[Definitions, Definitions]
    after: tuple[Definitions, Definitions]


class DerivedEditor:
    """The user's derived columns, which are part of the view, and those shared in the folder.

    Args:
        owner: The widget that runs the workers and shows the notifications.
        table: The run table.
        query: Its filter and order.
        columns: Its columns.
        session: The folder; None for a table without one.
    """

    def __init__(
        self,
        owner: Widget,
        table: RunTable,
        query: RunsQuery,
        columns: VisibleColumns,
        session: Session | None = None,
    ) -> None:
        self.own: Definitions = ()
        self.shared: Definitions = ()
        self.history: tuple[str, ...] = ()
        """What was typed, oldest first."""
        self._owner = owner
        self._table = table
        self._query = query
        self._columns = columns
        self._session = session
        self._done: list[_Step | None] = []
        """None stands for an edit of a cell, which the edit queue undoes."""
        self._undone: list[_Step | None] = []

    # What is shown

    def show_own(self, texts: Iterable[str]) -> None:
        """Show the user's columns of a view; reports invalid ones."""
        texts = tuple(texts)
        if not texts and not self.own:
            return
        from damnit_daemon.derived import parse_definition

        found: dict[str, Definition] = {}
        for text in texts:
            try:
                definition = parse_definition(text)
                found[definition.name] = definition
            except FilterError as error:
                self._say(f"Derived column {text!r}: {error}", is_error=True)
        before, own = self.own, tuple(found.values())
        if before and own != before:
            words = "the derived columns of the view before"
            self._done.append(_Step(words, (before, self.shared), (own, self.shared)))
        self._show(own, self.shared)

    def show_shared(self, shared: Definitions) -> None:
        """Show the columns shared in the folder, as read from it."""
        if shared != self.shared:
            self._show(self.own, shared)

    def definition_of(self, name: str) -> Definition | None:
        """Return the definition of a derived column."""
        return next((each for each in (*self.own, *self.shared) if each.name == name), None)

    @property
    def definition_here(self) -> Definition | None:
        """The definition of the column under the cursor, if it is a derived one."""
        column = self._query.cursor_column
        return None if column is None else self.definition_of(column.name)

    def _show(self, own: Definitions, shared: Definitions) -> None:
        from damnit_daemon.derived import merged

        before = {each.name for each in (*self.own, *self.shared)}
        self.own, self.shared = own, shared
        with self._table.updating() as rows:
            rows.define(merged(shared, own))
        self._query.forget(before.difference(each.name for each in (*own, *shared)))
        self._columns.select_new()

    # The prompt and the command

    def preview(self, text: str) -> str:
        """Return the value of a definition in the run under the cursor, while it is typed.

        Raises:
            FilterError: If the expression is not valid; says where.
        """
        from damnit_daemon.derived.columns import evaluate_one

        cursor = self._table.cursor
        if cursor is None:
            return ""
        value = evaluate_one(text, self._table.rows, cursor.key, *self._others())
        return f"run {cursor.key.run}: {value}"

    def put(self, text: str, before: Definition | None = None) -> None:
        """Add a definition, or replace the one of its name.

        Args:
            text: As typed.
            before: The definition that was there to change: one that has the same expression
                and another name renames the column.

        Raises:
            FilterError: If it is not valid.
            DamnitError: If a shared column cannot be changed.
        """
        from damnit_daemon.derived import parse_definition
        from damnit_daemon.derived.columns import check_definition, renamed

        stored, others = self._others()
        own, shared = self.own, self.shared
        typed = parse_definition(text)
        name = typed.name
        if (
            before is not None
            and before.expression == typed.expression
            and all(each.name != name for each in others)
        ):
            name, columns = before.name, self._table.rows.columns
            others = _without(others, name)
            own, shared = (
                tuple(renamed(each, name, typed.name, columns) for each in each_list)
                for each_list in (own, shared)
            )
        definition = check_definition(text, stored, others)
        is_shared = all(each.name != name for each in own) and any(e.name == name for e in shared)
        if is_shared:
            shared = _replaced(shared, name, definition)
        else:
            own = _replaced(own, name, definition)
        self._change(f"the derived column {definition.name}", own, shared)
        self._columns.include(definition.name, instead_of=name)
        self._table.move_to(name=definition.name)

    def delete_here(self, otherwise: Callable[[], object]) -> object:
        """Delete the derived column under the cursor; call `otherwise` if there is none."""
        definition = self.definition_here
        if definition is None:
            return otherwise()
        try:
            self._delete(definition.name)
        except DamnitError as error:
            self._say(str(error), is_error=True)
        return None

    def run_command(self, text: str) -> None:
        """Add or replace a column, or share, unshare or delete one.

        Raises:
            FilterError: If it cannot be parsed.
            DamnitError: If it cannot be shared.
        """
        match = _COMMAND.fullmatch(text)
        if match is None:
            self.put(text)
            return
        word, name = match[1], match[2].strip("` ")
        definition = self.definition_of(name)
        if definition is None:
            known = ", ".join(each.name for each in (*self.own, *self.shared))
            hint = f"Derived columns: {known}." if known else "There are none yet."
            raise FilterError(f"No derived column {name!r}.", *match.span(2), hint=hint)
        if word == "delete":
            self._delete(name)
            return
        own, shared = _without(self.own, name), _without(self.shared, name)
        words = f"the derived column {name}"
        if word == "share":
            from damnit_daemon.derived.columns import check_definition

            # Not from columns of this user alone.
            check_definition(str(definition), self._others()[0], shared)
            self._change(words, own, (*shared, definition))
            self._say(f"{name} is now shared with all users of this folder.")
        else:
            self._change(words, (*own, definition), shared)
            self._say(f"{name} is now a column of yours alone.")

    def complete(self, text: str, cursor: int) -> Completion | None:
        """Complete columns and functions, or the name of a derived column."""
        from damnit_daemon.derived.columns import complete_definition

        if match := re.match(rf"({'|'.join(WORDS)})\s+", text):
            names = tuple(each.name for each in (*self.own, *self.shared))
            return complete_words(text, cursor, (match[1],), names)
        found = complete_definition(text, cursor, self._table.rows.columns)
        return None if found is None else offered(found)

    # Undo

    def note_edit(self) -> None:
        """Record that a cell was edited: `u` undoes that first."""
        self._undone.clear()
        if self._done:
            self._done.append(None)

    def undo(self, otherwise: Callable[[], object]) -> object:
        """Undo the last change of a derived column, or the edit of a cell since."""
        return self._step_back(self._done, self._undone, "Undone", otherwise)

    def redo(self, otherwise: Callable[[], object]) -> object:
        """Redo what was undone last, a change of a derived column or an edit of a cell."""
        return self._step_back(self._undone, self._done, "Redone", otherwise)

    def _step_back(
        self,
        steps: list[_Step | None],
        others: list[_Step | None],
        word: str,
        otherwise: Callable[[], object],
    ) -> object:
        if not steps:
            return otherwise()
        step = steps.pop()
        if step is None:
            others.append(None)
            return otherwise()
        if (self.own, self.shared) != step.after:
            self._say("The derived columns have changed since; nothing was undone.")
            return None
        try:
            self._store(step.before[1])
        except DamnitError as error:
            self._say(str(error), is_error=True)
            return None
        self._show(*step.before)
        others.append(_Step(step.words, step.after, step.before))
        self._say(f"{word}: {step.words}.")
        return None

    # Changes

    def _others(self) -> tuple[list[Column], Definitions]:
        from damnit_daemon.derived import merged

        stored = [column for column in self._table.rows.columns if not column.expression]
        return stored, merged(self.shared, self.own)

    def _delete(self, name: str) -> None:
        users = " for all users" if all(each.name != name for each in self.own) else ""
        own, shared = _without(self.own, name), self.shared
        if own == self.own:
            shared = _without(shared, name)
        self._change(f"the derived column {name}", own, shared)
        self._say(f"The derived column {name} is deleted{users}. Press u to undo.")

    def _change(self, words: str, own: Definitions, shared: Definitions) -> None:
        """Show and store changed definitions.

        Raises:
            DamnitError: If the session may not change shared ones.
        """
        before = self.own, self.shared
        if before == (own, shared):
            return
        self._store(shared)
        self._done.append(_Step(words, before, (own, shared)))
        self._undone.clear()
        self._show(own, shared)

    def _store(self, shared: Definitions) -> None:
        session = self._session
        if shared == self.shared or session is None:
            return
        if session.read_only:
            raise DamnitError(READ_ONLY)
        before = self.own, self.shared
        self._owner.run_worker(self._replace(session, before, shared), group="derived")

    async def _replace(
        self, session: Session, before: tuple[Definitions, Definitions], after: Definitions
    ) -> None:
        own, shared = before
        try:
            await asyncio.to_thread(session.shared_columns.replace, shared, after)
        except DamnitError as error:
            self._say(str(error), is_error=True)
            self._done.clear()
            self._undone.clear()
            self._show(own, await asyncio.to_thread(session.shared_columns.load))

    def _say(self, text: str, *, is_error: bool = False) -> None:
        severity = "error" if is_error else "information"
        self._owner.notify(visible(text), severity=severity, markup=False)  # type: ignore[arg-type]


def _replaced(definitions: Definitions, name: str, new: Definition) -> Definitions:
    if all(each.name != name for each in definitions):
        return (*definitions, new)
    return tuple(new if each.name == name else each for each in definitions)


def _without(definitions: Definitions, name: str) -> Definitions:
    return tuple(each for each in definitions if each.name != name)
