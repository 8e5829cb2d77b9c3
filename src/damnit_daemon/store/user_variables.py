"""User-defined variables, filled in by hand; and deletion of any variable."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..model import Column, RunKey, StoredValue, VariableInfo
from .edits import MANUAL_PROVENANCE, Plain, ValueEdit, same_value
from .errors import BadName, StoreError
from .identifiers import COMMENT, FIXED_TITLES
from .past_values import delete_past_values
from .save_values import NewValue, save_values
from .values import load_values
from .variables import add_user_variable, load_columns, save_definition
from .views import rebuild_views

USER_TYPES = ("boolean", "integer", "number", "string")
_NAME = re.compile(r"[a-zA-Z_]\w*")
RESERVED = frozenset({COMMENT, "start_time", "proposal", "run", "added_at"})
"""Names that columns of the table, or of DAMNIT's views, already use."""


class NameRefused(StoreError):  # noqa: N818 – house style
    """Raised when a new variable cannot have the name or title."""


class VariableChanged(StoreError):  # noqa: N818 – house style
    """Raised when another user has changed the definition meanwhile."""

    def __init__(self, name: str, found: Column | None) -> None:
        what = "deleted" if found is None else "changed"
        super().__init__(f"Another user has {what} {name}.", hint="Check it and try again.")
        self.found = found


class VariableInUse(StoreError):  # noqa: N818 – house style
    """Raised when another user has filled in the variable meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has other values now.", hint="Del deletes it with all its values."
        )


class ValuesDoNotFit(StoreError):  # noqa: N818 – house style
    """Raised when stored values do not fit the new type of a variable."""

    def __init__(self, name: str, type_name: str, misfits: Sequence[tuple[RunKey, object]]) -> None:
        (key, value), *more = misfits
        others = f", nor are {len(more)} others" if more else ""
        super().__init__(
            f"{value!r} of {key} is not of the type {type_name}{others}: {name} is unchanged.",
            hint="Change or clear them first.",
        )


def name_from_title(title: str) -> str:
    """Derive a name from a title like DAMNIT's window: `Sample/Name 2` becomes `sample_name_2`."""
    name = re.sub(r"\W+", "_", title.strip().lower())
    return re.sub(r"^\d+", "", name).strip("_")


def why_not_name(name: str, names: Iterable[str]) -> str:
    """Return why a new user variable cannot have a name; empty if it can.

    Args:
        name: Proposed name.
        names: Names of all columns.
    """
    if not _NAME.fullmatch(name) or not name.isidentifier():
        return "use letters, digits and underscores, not starting with a digit"
    if name in RESERVED:
        return "the table uses this name"
    if name.casefold() in {other.casefold() for other in names}:
        return "there is a column of this name"
    return ""


def why_not_title(title: str, titles: list[str]) -> str:
    """Return why a user variable cannot have a title; empty if it can."""
    if not title.strip():
        return "a title is needed"
    if title in FIXED_TITLES or title in titles:
        return "there is a column with this title"
    return ""


def define_user_variable(con: sqlite3.Connection, info: VariableInfo) -> VariableInfo:
    """Define a user-editable variable with an unused name and title.

    Raises:
        NameRefused: If the name or title is taken or invalid.
    """
    columns = load_columns(con)
    _require(info.type)
    if why := why_not_name(info.name, [column.name for column in columns]):
        raise NameRefused(f"{info.name!r} cannot be the name of a variable: {why}.")
    if why := why_not_title(info.title, [column.title for column in columns]):
        raise NameRefused(f"{info.title!r} cannot be its title: {why}.")
    add_user_variable(con, info)
    return info


def change_user_variable(
    con: sqlite3.Connection,
    before: VariableInfo,
    after: VariableInfo,
    *,
    convert: Callable[[object, str], Plain],
    now: float,
    known: Mapping[RunKey, ValueEdit] | None = None,
) -> list[StoredValue]:
    """Change title, type, description and tags; returns the converted values.

    Args:
        con: A connection from `Database.writing`.
        before: The definition as the user saw it.
        after: The new definition; the name must not change.
        convert: Converts a stored value to another type, or raises `ValueError`.
        now: Time of writing.
        known: Originals of values converted by an earlier change of type; they are
            restored, unless edited since.

    Raises:
        VariableChanged: If the stored definition differs from `before`.
        NameRefused: If another column has the title.
        ValuesDoNotFit: If a stored value cannot be converted to the new type.
    """
    columns = {column.name: column for column in load_columns(con)}
    _require_unchanged(columns, before)
    _require(after.type)
    titles = [column.title for column in columns.values() if column.name != before.name]
    if why := why_not_title(after.title, titles):
        raise NameRefused(f"{after.title!r} cannot be the title: {why}.")
    save_definition(con, after._replace(name=before.name))
    if before.type == after.type:
        return []
    return _convert_values(con, before.name, str(after.type), convert, now, known or {})


def restore_user_variable(
    con: sqlite3.Connection, info: VariableInfo, values: Mapping[RunKey, Plain], *, now: float
) -> list[StoredValue]:
    """Restore a deleted variable with its values; returns these.

    Raises:
        NameRefused: If its name or title has been taken meanwhile.
    """
    define_user_variable(con, info)
    again = [
        NewValue(key, info.name, value, provenance=MANUAL_PROVENANCE)
        for key, value in values.items()
    ]
    return save_values(con, again, now=now, keep_newer=False).written


def withdraw_user_variable(
    con: sqlite3.Connection, info: VariableInfo, values: Mapping[RunKey, Plain]
) -> None:
    """Delete a variable, provided that its definition and values are the ones given.

    Raises:
        VariableChanged: If the stored definition differs.
        VariableInUse: If another user has filled it in since.
    """
    columns = {column.name: column for column in load_columns(con)}
    _require_unchanged(columns, info)
    found = {value.key: value.value for value in load_values(con, names=[info.name], blobs=True)}
    if any(not same_value(value, values.get(key)) for key, value in found.items()):
        raise VariableInUse(info.name)
    remove_variable(con, info.name)


def _require_unchanged(columns: Mapping[str, Column], seen: VariableInfo) -> None:
    found = columns.get(seen.name)
    if found is None or found != as_column(seen):
        raise VariableChanged(seen.name, found)


def as_column(info: VariableInfo) -> Column:
    """Return a definition as a table column."""
    return Column(
        info.name, info.title, info.description or "", info.type, tuple(sorted(set(info.tags)))
    )


def remove_variable(con: sqlite3.Connection, name: str) -> int:
    """Delete a variable, its tags and its values; return the number of values.

    Raises:
        BadName: If there is no such variable.
    """
    removed = con.execute("DELETE FROM run_variables WHERE name = ?", (name,)).rowcount
    # Foreign keys remove its tag links, the trigger the tags that are no longer used.
    defined = con.execute("DELETE FROM variables WHERE name = ?", (name,)).rowcount
    if not removed and not defined:
        raise BadName(name)
    delete_past_values(con, name)
    rebuild_views(con)
    return removed


def _require(type_name: str | None) -> None:
    if type_name not in USER_TYPES:
        raise NameRefused(f"Unknown type {type_name!r}.", hint=f"Use {', '.join(USER_TYPES)}.")


def _convert_values(
    con: sqlite3.Connection,
    name: str,
    type_name: str,
    convert: Callable[[object, str], Plain],
    now: float,
    known: Mapping[RunKey, ValueEdit],
) -> list[StoredValue]:
    converted, misfits = [], []
    for stored in load_values(con, names=[name], blobs=True):
        if stored.value is None:
            continue
        change = known.get(stored.key)
        try:
            if change is not None and same_value(stored.value, change.new):
                value = change.old
            else:
                value = convert(stored.value, type_name)
        except ValueError:
            misfits.append((stored.key, stored.value))
            continue
        if type(value) is not type(stored.value):
            converted.append(NewValue(stored.key, name, value, provenance=MANUAL_PROVENANCE))
    if misfits:
        raise ValuesDoNotFit(name, type_name, misfits)
    return save_values(con, converted, now=now, keep_newer=False).written
