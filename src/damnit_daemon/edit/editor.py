"""Edit one DAMNIT folder, in the format of DAMNIT's own GUI."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..errors import DamnitError
from ..ledger import Edit
from ..model import RunKey, VariableInfo
from ..model.labels import parse_label, with_labels
from ..paths import DamnitFolder
from ..runner.author import author_name
from ..store import (
    AlertChange,
    Database,
    LabelChange,
    Note,
    Plain,
    RaisedAlert,
    ValueEdit,
    add_empty_runs,
    add_note,
    change_alerts,
    change_note,
    change_user_variable,
    define_user_variable,
    ensure_run,
    load_labels,
    load_setting,
    load_values,
    remove_note,
    restore_user_variable,
    save_changes,
    save_labels,
    withdraw_user_variable,
)
from .broadcast import EditBroadcast
from .journal import Journal
from .parse_input import convert_value
from .undo import AnySaved, SavedAlerts, SavedLabels, SavedNote, SavedValues, SavedVariable

COMMENT = "comment"
LABELS = "labels"
"""Name under which labels are in the journal."""
MOST_RUNS = 1000
"""Empty runs that can be added at once."""


class Editor:
    """Writes to a folder's database, records it in the journal and notifies other programs.

    Every method is atomic: it either succeeds, or raises without having changed anything. If
    the database stays locked for longer than `timeout_s`, that is `DatabaseBusy`: try again.

    Attributes:
        author: `user@host`.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        *,
        author: str = "",
        clock: Callable[[], float] = time.time,
        timeout_s: float = 30.0,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.author = author or author_name()
        self._clock = clock
        self._database = Database(folder.database, timeout_s=timeout_s)
        self._journal = Journal(folder)
        self._echo = EditBroadcast(folder, environment)

    @property
    def problem(self) -> str:
        """Why the last edit, though stored, is not in the journal; empty if it is."""
        return self._journal.problem

    def set_values(self, changes: Sequence[ValueEdit]) -> SavedValues:
        """Set the values of cells: all of them, or none.

        Raises:
            EditConflict: If a cell does not hold the expected old value.
            TypeLost: If a variable no longer has the type of the new value.
            StoreError: If the database cannot be written.
        """
        now = self._clock()
        with self._database.writing() as con:
            written = save_changes(con, changes, now=now)
        by_cell = {(change.key, change.name): change for change in changes}
        done = tuple(by_cell[v.key, v.name]._replace(new=_plain(v.value)) for v in written)
        self._broadcast_values(done, now)
        return SavedValues(done, tuple(written))

    def set_labels(self, changes: Sequence[LabelChange]) -> SavedLabels:
        """Set the labels of runs: of all of them, or of none.

        Runs that are not listed yet, such as those the daemon has just found, are listed. Other
        programs are not notified: DAMNIT does not know labels.

        Raises:
            LabelsChanged: If a run does not have the expected old labels.
            StoreError: If the database cannot be written.
        """
        now = self._clock()
        with self._database.writing() as con:
            for change in changes:
                ensure_run(con, change.key, added_at=now)
            done = save_labels(con, changes)
        self._note_labels(done, now)
        return SavedLabels(tuple(done))

    def label_runs(
        self, keys: Iterable[RunKey], *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> SavedLabels:
        """Add labels to runs and remove others, also where other users have just changed them.

        Raises:
            BadLabel: If a word cannot be a label, or a run would have too many.
            StoreError: If the database cannot be written.
        """
        now = self._clock()
        add, remove = [*map(parse_label, add)], [label.casefold() for label in remove]
        keys = list(keys)
        with self._database.writing() as con:
            for key in keys:
                ensure_run(con, key, added_at=now)
            found = load_labels(con, keys)
            changes = [
                LabelChange(k, old, with_labels(old, add, remove)) for k, old in found.items()
            ]
            done = save_labels(con, changes)
        self._note_labels(done, now)
        return SavedLabels(tuple(done))

    def acknowledge_alerts(self, alerts: Iterable[RaisedAlert]) -> SavedAlerts:
        """Acknowledge alerts in the name of the author; those that others have are left alone.

        Raises:
            StoreError: If the database cannot be written.
        """
        now = self._clock()
        return self._change_alerts(
            AlertChange(old, old._replace(acknowledged_at=now, acknowledged_by=self.author))
            for old in alerts
            if not old.is_acknowledged
        )

    def unacknowledge_alerts(self, alerts: Iterable[RaisedAlert]) -> SavedAlerts:
        """Withdraw the acknowledgement of alerts, unless it is another by now.

        Raises:
            StoreError: If the database cannot be written.
        """
        return self._change_alerts(
            AlertChange(old, old.unacknowledged()) for old in alerts if old.is_acknowledged
        )

    def _change_alerts(self, changes: Iterable[AlertChange]) -> SavedAlerts:
        if not (changes := list(changes)):
            return SavedAlerts(())
        with self._database.writing() as con:
            return SavedAlerts(tuple(change_alerts(con, changes)))

    def define_variable(self, info: VariableInfo) -> None:
        """Add a user-editable variable.

        Raises:
            NameRefused: If its name or title is not allowed.
            StoreError: If the database cannot be written.
        """
        with self._database.writing() as con:
            define_user_variable(con, info)
        self._echo.variable_set(info)

    def change_variable(
        self, before: VariableInfo, after: VariableInfo, known: Sequence[ValueEdit] = ()
    ) -> SavedVariable:
        """Change title, type, description and tags; values that fit are converted to the new type.

        Args:
            before: The definition to be replaced, as last read.
            after: The new definition.
            known: Earlier conversions of the values, which are reversed exactly.

        Raises:
            VariableChanged: If the variable has been changed meanwhile.
            NameRefused: If the title is not allowed.
            ValuesDoNotFit: If a value cannot be converted to the new type.
            StoreError: If the database cannot be written.
        """
        now = self._clock()
        with self._database.writing() as con:
            olds = _values_of(con, before.name) if before.type != after.type else {}
            written = change_user_variable(
                con, before, after, convert=convert_value, now=now,
                known={change.key: change for change in known},
            )  # fmt: skip
        self._echo.variable_set(after)
        changes = tuple(ValueEdit(v.key, v.name, olds.get(v.key), _plain(v.value)) for v in written)
        self._broadcast_values(changes, now)
        return SavedVariable(before, after, changes, tuple(written))

    def revert(self, saved: AnySaved) -> AnySaved:
        """Undo an edit unless its data has changed since; the returned value redoes it.

        Raises:
            EditConflict: If a cell has been changed since.
            StoreError: If a definition, a note or labels have, or the database cannot be written.
        """
        match saved:
            case SavedValues():
                return self.set_values(saved.undone())
            case SavedLabels():
                return self.set_labels(saved.undone())
            case SavedAlerts():
                return self._change_alerts(saved.undone())
            case SavedNote():
                return self._revert_note(saved)
            case SavedVariable(after=None):
                return self._restore_variable(saved)
            case SavedVariable(before=None):
                return self._withdraw_variable(saved)
            case SavedVariable(before, after, changes):
                assert before is not None
                assert after is not None
                return self.change_variable(after, before, changes)

    def add_runs(self, number: int) -> list[RunKey]:
        """Add rows for runs not taken yet, to be filled in ahead.

        Raises:
            DamnitError: If the folder has no proposal number, or the number is out of range.
            StoreError: If the database cannot be written.
        """
        if not 0 < number <= MOST_RUNS:
            raise DamnitError(f"From 1 to {MOST_RUNS} runs can be added at once.")
        with self._database.writing() as con:
            proposal = load_setting(con, "proposal")
            if not isinstance(proposal, int):
                raise DamnitError(
                    "This folder has no proposal number.",
                    hint="Set it: damnit-daemon proposal NUMBER",
                )
            keys = add_empty_runs(con, proposal, number, now=self._clock())
        self._echo.values_set(keys, [COMMENT])
        return keys

    def add_note(self, timestamp: float, text: str) -> Note:
        """Store a comment on a point in time.

        Raises:
            StoreError: If the database cannot be written.
        """
        with self._database.writing() as con:
            return add_note(con, timestamp, text)

    def change_note(self, before: Note, text: str) -> Note | None:
        """Replace the text of a note; an empty text deletes it and returns None.

        Raises:
            NoteChanged: If the note has been changed meanwhile.
            StoreError: If the database cannot be written.
        """
        with self._database.writing() as con:
            if text:
                return change_note(con, before, text)
            remove_note(con, before)
            return None

    def _revert_note(self, saved: SavedNote) -> SavedNote:
        before, after = saved.before, saved.after
        if after is not None:
            return SavedNote(after, self.change_note(after, before.text if before else ""))
        assert before is not None
        with self._database.writing() as con:
            return SavedNote(None, add_note(con, before.timestamp, before.text, rowid=before.rowid))

    def _restore_variable(self, saved: SavedVariable) -> SavedVariable:
        assert saved.before is not None
        now, values = self._clock(), {change.key: change.old for change in saved.changes}
        with self._database.writing() as con:
            written = restore_user_variable(con, saved.before, values, now=now)
        self._echo.variable_set(saved.before)
        changes = tuple(ValueEdit(v.key, v.name, None, _plain(v.value)) for v in written)
        self._broadcast_values(changes, now)
        return SavedVariable(None, saved.before, changes, tuple(written))

    def _withdraw_variable(self, saved: SavedVariable) -> SavedVariable:
        assert saved.after is not None
        with self._database.writing() as con:
            values = {change.key: change.new for change in saved.changes}
            withdraw_user_variable(con, saved.after, values)
        changes = tuple(c._replace(old=c.new, new=None) for c in saved.changes)
        self._note(changes, self._clock())
        return SavedVariable(saved.after, None, changes)

    def close(self) -> None:
        """Close the broadcast; waits briefly at most."""
        self._echo.close()

    def _broadcast_values(self, changes: Sequence[ValueEdit], now: float) -> None:
        """Record changed values in the journal, and notify other programs."""
        self._note(changes, now)
        for name in dict.fromkeys(change.name for change in changes):
            self._echo.values_set([c.key for c in changes if c.name == name], [name])

    def _note_labels(self, changes: Sequence[LabelChange], now: float) -> None:
        self._note(
            [ValueEdit(c.key, LABELS, " ".join(c.old), " ".join(c.new)) for c in changes], now
        )

    def _note(self, changes: Sequence[ValueEdit], now: float) -> None:
        if changes:
            self._journal.append(
                Edit(now, self.author, c.key, c.name, c.old, c.new) for c in changes
            )


def _values_of(con: sqlite3.Connection, name: str) -> dict[RunKey, Plain]:
    return {v.key: _plain(v.value) for v in load_values(con, names=[name], blobs=True)}


def _plain(value: object) -> Plain:
    return value if isinstance(value, int | float | str) else None
