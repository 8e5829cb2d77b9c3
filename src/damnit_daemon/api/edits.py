"""Edit a folder from programs: cells, labels and variables, as users do in the app."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from ..edit import EXPECTED, AnySaved, Editor, SavedLabels, SavedValues, convert_value
from ..errors import DamnitError
from ..model import Column, RunKey, VariableInfo
from ..paths import DamnitFolder
from ..store import Database, EditConflict, Plain, ValueEdit, load_columns, load_plain

ANY: Final = object()
"""Default of `expected`: replace any value."""


def set_values(
    folder: DamnitFolder, values: Mapping[RunKey, Mapping[str, Any]], expected: Any = ANY
) -> SavedValues:
    """Set cells of runs: all of them, or none; see `Run.set`."""
    database = Database(folder.database)
    with database.reading() as con:
        columns = {column.name: column for column in load_columns(con)}
        edits = [
            _edit(columns.get(name), key, name, value)
            for key, of_run in values.items()
            for name, value in of_run.items()
        ]
        old = _scalar(expected)
        olds = [load_plain(con, e.key, e.name) if expected is ANY else old for e in edits]
    changes = [each._replace(old=_plain(old)) for each, old in zip(edits, olds, strict=True)]
    try:
        with _editor(folder) as editor:
            return editor.set_values(changes)
    except EditConflict as error:
        conflict = error.conflicts[0]
        cell = f"{conflict.change.name} of run {conflict.change.key.run}"
        error.hint = f"{cell} is {conflict.found!r}, not {conflict.change.old!r}."
        raise


def label_runs(
    folder: DamnitFolder, keys: Iterable[RunKey], add: Iterable[str], remove: Iterable[str]
) -> SavedLabels:
    """Add labels to runs and remove others; see `Folder.label`."""
    if isinstance(remove, str):
        remove = [remove]
    with _editor(folder) as editor:
        return editor.label_runs(keys, add=add, remove=remove)


def define_variable(folder: DamnitFolder, info: VariableInfo) -> None:
    """Add a user-editable variable; see `Folder.define_variable`."""
    if info.type not in EXPECTED:
        raise DamnitError(f"{info.type!r} is none of the types {', '.join(EXPECTED)}.")
    with _editor(folder) as editor:
        editor.define_variable(info)


def revert(folder: DamnitFolder, saved: AnySaved) -> None:
    """Undo an edit; see `Folder.undo`."""
    with _editor(folder) as editor:
        editor.revert(saved)


@contextmanager
def _editor(folder: DamnitFolder) -> Iterator[Editor]:
    editor = Editor(folder)
    try:
        yield editor
    finally:
        editor.close()


def _edit(column: Column | None, key: RunKey, name: str, value: Any) -> ValueEdit:
    type_name = "string" if name == "comment" else column.type if column is not None else None
    if type_name is None:
        raise DamnitError(
            f"{name!r} is not a user-editable variable.",
            hint="Define it with define_variable; results of programs are stored with submit.",
        )
    try:
        new = None if value is None else convert_value(_scalar(value), type_name)
    except ValueError:
        raise DamnitError(f"{name}: {EXPECTED[type_name]} is expected, not {value!r}.") from None
    return ValueEdit(key, name, None, new, None if name == "comment" else type_name)


def _scalar(value: Any) -> Any:
    """Return a number of NumPy as one of Python."""
    return value.item() if getattr(value, "ndim", None) == 0 else value


def _plain(value: object) -> Plain:
    return value if isinstance(value, int | float | str) else None
