"""The `Run` class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from ..edit import SavedLabels, SavedValues
from ..errors import DamnitError
from ..ledger import Ledger, LedgerMissing, load_unreadable
from ..model import Column, RunKey, RunRow
from ..paths import DamnitFolder
from ..store import Database, load_columns, load_values
from ..text import nearest, suggestion
from .edits import ANY, label_runs, set_values
from .value import Value


class NoSuchVariable(DamnitError, KeyError):  # noqa: N818 – house style
    """The run has no variable of that name or title."""

    __str__ = DamnitError.__str__


class Run:
    """A run: its values by name or title. Get one from a folder: `folder[42]`.

    Attributes:
        key: Proposal and run number.
    """

    def __init__(self, folder: DamnitFolder, row: RunRow) -> None:
        self.key: RunKey = row.key
        self._folder = folder
        self._row = row
        self._database = Database(folder.database)

    def __repr__(self) -> str:
        return f"<Run {self.key.run} of proposal {self.key.proposal}>"

    @property
    def proposal(self) -> int:
        """The proposal number."""
        return self.key.proposal

    @property
    def number(self) -> int:
        """The run number."""
        return self.key.run

    @property
    def start_time(self) -> datetime | None:
        """Start time in UTC; None for a run without computed values."""
        start = self._row.start_time
        return None if start is None else datetime.fromtimestamp(start, UTC)

    @property
    def comment(self) -> str:
        """The user's comment on the run."""
        with self._database.reading() as con:
            found = load_values(con, keys=[self.key], names=["comment"], blobs=True)
        return str(found[0].value or "") if found else ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that users have given the run, such as good or bad, when it was read."""
        return self._row.labels

    @property
    def unreadable_files(self) -> str:
        """Files of the run that could not be read by its last job; empty if all could.

        Recorded by a daemon, for instance `raw: 3 of 12 files unreadable (…)`. It reprocesses
        the run when they change.
        """
        try:
            with Ledger(self._folder.ledger).reading() as con:
                return load_unreadable(con).get(self.key, "")
        except LedgerMissing:
            return ""

    def names(self) -> list[str]:
        """Return the variables with a value or a reason for having none, in the table's order."""
        with self._database.reading() as con:
            there = {value.name for value in load_values(con, keys=[self.key])}
            return [column.name for column in load_columns(con) if column.name in there]

    def __iter__(self) -> Iterator[Value]:
        return (self[name] for name in self.names())

    def __contains__(self, name: str) -> bool:
        return name in self.names()

    def __getitem__(self, name: str) -> Value:
        """Return a value by the variable's name, or else its title.

        Raises:
            NoSuchVariable: If the run has no such variable; suggests similar names.
        """
        with self._database.reading() as con:
            columns = load_columns(con)
            column = _find(columns, name)
            found = (
                load_values(con, keys=[self.key], names=[column.name], blobs=True) if column else []
            )
            there = {v.name for v in load_values(con, keys=[self.key])} if not found else set()
        if column is None:
            names = [text for c in columns for text in (c.name, c.title)]
            hint = suggestion(map(repr, nearest(name, names)))
            raise NoSuchVariable(f"There is no variable {name!r}.", hint=hint)
        if not found:
            has = ", ".join(sorted(there)) or "none"
            raise NoSuchVariable(
                f"Run {self.key.run} has no value of {column.name!r}.", hint=f"It has: {has}."
            )
        return Value(self._folder, column, found[0])

    def set(self, name: str, value: Any, *, expected: Any = ANY) -> SavedValues:
        """Set the comment or a user-editable variable, as `e` in the app; None clears it.

        The change is recorded in the journal of edits.

        Args:
            name: The variable's name; `comment` for the comment.
            value: A value of the variable's type.
            expected: Write only if this is the present value (None: an empty cell); by default
                any value is replaced.

        Raises:
            EditConflict: If the cell has another value; its `conflicts` have both.
            DamnitError: If the variable is not user-editable, the value is not of its type, or
                the folder is not writable.
        """
        return set_values(self._folder, {self.key: {name: value}}, expected)

    def label(self, *labels: str, remove: Iterable[str] = ()) -> SavedLabels:
        """Add labels, such as good or bad, which exclude each other, and remove others.

        Labels that others have set meanwhile stay. The change is recorded in the journal of edits.

        Args:
            labels: Labels to add; stored in lower case.
            remove: Labels to remove; those that the run does not have are ignored.

        Returns:
            What was changed, for `Folder.undo`.

        Raises:
            DamnitError: If a word cannot be a label, or the folder is not writable.
        """
        saved = label_runs(self._folder, [self.key], labels, remove)
        for change in saved.labels:
            self._row = self._row._replace(labels=change.new)
        return saved

    def __setitem__(self, name: str, value: Any) -> None:
        """Set the comment or a user-editable variable; see `set`."""
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        """Clear the comment or a user-editable variable; see `set`."""
        self.set(name, None)


def _find(columns: list[Column], name: str) -> Column | None:
    by_name = {column.name: column for column in columns}
    return by_name.get(name) or {column.title: column for column in columns}.get(name)
