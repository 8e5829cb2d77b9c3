"""Parameters of a context file: user-editable variables with a default, as in DAMNIT's branch.

Their attributes are `param_default` and, if set, `param_value_new_run`; a run's values are in
`run_variables`. DAMNIT 0.4.0 shows them as columns.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model import RunKey, VariableInfo
from ..model.bounded_json import parse_json
from ..runner.parameter import Plain, parse_value
from ..text import did_you_mean
from .errors import NameTaken, StoreError
from .sql import fetch_all
from .variables import load_variables, save_definition, stored_title
from .views import rebuild_views

DEFAULT = "param_default"
NEW_RUN = "param_value_new_run"


class ParameterRefused(StoreError):  # noqa: N818 – house style
    """Raised when a value is not one of a parameter, or there is no such parameter."""


@dataclass(frozen=True)
class StoredParameter:
    """A parameter that the context file declares."""

    info: VariableInfo
    """With its type: `boolean`, `integer`, `number` or `string`."""
    default: Plain
    new_run: Plain | None = None
    """Value for new runs; None for the default."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.info.name


def load_parameters(con: sqlite3.Connection) -> list[StoredParameter]:
    """Load the parameters, in order of first definition; malformed ones are left out."""
    sql = (
        "SELECT name, CAST(type AS TEXT), attributes FROM variables WHERE typeof(name) = 'text' "
        "AND typeof(attributes) = 'text' AND instr(attributes, 'param_default') ORDER BY rowid"
    )
    rows = fetch_all(con, sql)
    infos = {info.name: info for info in load_variables(con)} if rows else {}
    found = []
    for name, type_name, text in rows:
        attributes = parse_attributes(text)
        try:
            default = parse_value(attributes[DEFAULT], type_name)
            new = attributes.get(NEW_RUN)
            new_run = None if new is None else parse_value(new, type_name)
        except (KeyError, ValueError):
            continue
        found.append(StoredParameter(infos[name]._replace(type=type_name), default, new_run))
    return found


def save_parameters(con: sqlite3.Connection, declared: Sequence[StoredParameter]) -> list[str]:
    """Store the parameters of a context file; values for new runs are kept.

    One that is no longer declared becomes an old computed variable: its values stay.

    Returns:
        Names of new, changed and removed ones.

    Raises:
        NameTaken: If another user-editable variable has one of the names.
    """
    known = {each.name: each for each in load_parameters(con)}
    gone = known.keys() - {each.name for each in declared}
    for name in gone:
        con.execute("UPDATE variables SET type = NULL, attributes = NULL WHERE name = ?", (name,))
    changed = []
    for each in declared:
        old = known.get(each.name)
        tags = tuple(sorted(set(each.info.tags)))
        info = each.info._replace(title=stored_title(con, each.info), tags=tags)
        if old is not None and (old.info, old.default) == (info, each.default):
            continue
        _require_free(con, each.name)
        save_definition(con, info)
        kept = None
        if old is not None and old.new_run is not None and old.info.type == info.type:
            kept = old.new_run
        _save_attributes(con, each.name, each.default, kept)
        changed.append(each.name)
    if any(name not in known for name in changed):
        rebuild_views(con)
    return [*changed, *sorted(gone)]


def save_new_run_value(con: sqlite3.Connection, name: str, value: Plain | None) -> None:
    """Set the value of a parameter for new runs; None for its default."""
    for each in load_parameters(con):
        if each.name == name:
            _save_attributes(con, name, each.default, value)


def run_parameters(con: sqlite3.Connection, key: RunKey) -> dict[str, Plain]:
    """Return the values of parameters with which a run is to be processed, but for defaults.

    A run that was processed before keeps its values; a new one has those for new runs.
    """
    parameters = load_parameters(con)
    if not parameters:
        return {}
    names = {each.name for each in parameters}
    known = bool(
        fetch_all(
            con,
            "SELECT 1 FROM run_info WHERE proposal = ? AND run = ? AND start_time IS NOT NULL",
            (*key,),
        )
    )
    stored = _values(con, key, names) if known else {}
    found: dict[str, Plain] = {}
    for each in parameters:
        value = stored.get(each.name) if known else each.new_run
        try:
            if value is not None:
                found[each.name] = parse_value(value, each.info.type or "")
        except ValueError:  # of a time when its type was another
            continue
    return found


def parse_attributes(text: str) -> dict[str, Any]:
    """Parse attributes of a variable; empty if they are malformed."""
    try:
        found = parse_json(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _values(con: sqlite3.Connection, key: RunKey, names: Collection[str]) -> dict[str, object]:
    sql = "SELECT name, value FROM run_variables WHERE proposal = ? AND run = ?"
    return {name: value for name, value in fetch_all(con, sql, (*key,)) if name in names}


def _require_free(con: sqlite3.Connection, name: str) -> None:
    sql = "SELECT attributes FROM variables WHERE name = ? AND type IS NOT NULL"
    for (text,) in fetch_all(con, sql, (name,)):
        if not (isinstance(text, str) and DEFAULT in parse_attributes(text)):
            raise NameTaken((name,), "a user-editable variable of that name")


def _save_attributes(
    con: sqlite3.Connection, name: str, default: Plain, new_run: Plain | None
) -> None:
    attributes = {DEFAULT: default} | ({} if new_run is None else {NEW_RUN: new_run})
    con.execute(
        "UPDATE variables SET attributes = ? WHERE name = ?", (json.dumps(attributes), name)
    )


def parse_assignments(
    known: Iterable[StoredParameter], assignments: Iterable[str]
) -> dict[str, Plain]:
    """Parse `name=value` texts by the parameters' types.

    Raises:
        ParameterRefused: If one is malformed, names no parameter, or has no value of its type.
    """
    by_name = {each.name: each for each in known}
    found: dict[str, Plain] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals:
            raise ParameterRefused(f"{text!r} sets no parameter.", hint="Write name=value.")
        if name in found:
            raise ParameterRefused(f"The parameter {name} is set twice.")
        found[name] = parse_for(by_name, name, value)
    return found


def parse_for(by_name: Mapping[str, StoredParameter], name: str, value: str) -> Plain:
    """Parse a value of a parameter.

    Raises:
        ParameterRefused: If there is no such parameter, or the value does not have its type.
    """
    if name not in by_name:
        if not by_name:
            hint = "The context file declares none."
        else:
            near = did_you_mean(name, by_name)
            hint = near or f"There are {', '.join(by_name)}."
        raise ParameterRefused(f"There is no parameter {name!r}.", hint=hint)
    try:
        return parse_value(value, by_name[name].info.type or "")
    except ValueError as error:
        raise ParameterRefused(
            f"{name}: {error}.", hint=f"Its default is {by_name[name].default!r}."
        ) from None
