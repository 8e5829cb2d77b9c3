"""Variables of a database: their titles, descriptions and tags."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from ..model import Column, VariableInfo
from .errors import BadName, NameTaken
from .identifiers import COMMENT, COMMENT_TITLE, FIXED_TITLES, is_variable_name, unique_title
from .sql import fetch_all
from .views import rebuild_views


def load_variables(con: sqlite3.Connection) -> list[VariableInfo]:
    """Load all defined variables with their tags, in order of first definition.

    Parameters of a context file count as computed: they are not edited in the table.
    """
    tags: dict[str, list[str]] = {}
    sql = """
        SELECT variable_name, CAST(name AS TEXT)
        FROM variable_tags JOIN tags ON id = tag_id ORDER BY name"""
    for variable, tag in fetch_all(con, sql):
        tags.setdefault(variable, []).append(tag)
    sql = """
        SELECT name, CAST(coalesce(title, name) AS TEXT), CAST(description AS TEXT),
            CASE WHEN typeof(attributes) = 'text' AND instr(attributes, '"param_default"')
            THEN NULL ELSE CAST(type AS TEXT) END
        FROM variables WHERE typeof(name) = 'text' ORDER BY rowid"""
    return [
        VariableInfo(name, title, description, type_, tuple(tags.get(name, ())))
        for name, title, description, type_ in fetch_all(con, sql)
    ]


def load_columns(con: sqlite3.Connection, names: Collection[str] | None = None) -> list[Column]:
    """Load all columns of the table: defined variables, then names that only have values.

    Titles are unique.

    Args:
        con: A connection from `Database.reading` or `Database.writing`.
        names: Names that have values, as far as they matter; None to find them all, which
            scans all values.
    """
    used: set[str] = set(FIXED_TITLES)
    columns = []
    for info in load_variables(con):
        title = unique_title(info.title, info.name, used)
        used.add(title)
        columns.append(Column(info.name, title, info.description or "", info.type, info.tags))
    if names is None:
        names = _names_of_values(con)
    for name in sorted(set(names) - {column.name for column in columns}):
        title = COMMENT_TITLE if name == COMMENT else unique_title(name, name, used)
        used.add(title)
        columns.append(Column(name, title))
    return columns


def _names_of_values(con: sqlite3.Connection) -> list[str]:
    sql = (
        "SELECT DISTINCT name FROM run_variables "
        "WHERE name NOT IN (SELECT name FROM variables) AND typeof(name) = 'text'"
    )
    return [name for (name,) in fetch_all(con, sql)]


def ensure_variables(con: sqlite3.Connection, names: Collection[str]) -> bool:
    """Define each missing name, with the name as its title, before values are saved.

    DAMNIT's API finds only values that have a row in `variables`.

    Returns:
        True if a name is new, so that the views have to be rebuilt afterwards.
    """
    titles = _titles(con)
    missing = [name for name in names if name not in titles]
    is_any_new = any(not _has_values(con, name) for name in missing)
    used = FIXED_TITLES.union(titles.values())
    for name in missing:
        if name != COMMENT:
            title = unique_title(name, name, used)
            used |= {title}
            con.execute("INSERT INTO variables (name, title) VALUES (?, ?)", (name, title))
    return is_any_new


def update_computed_variables(
    con: sqlite3.Connection, variables: Sequence[VariableInfo]
) -> list[str]:
    """Store the variables a context file declares; returns the names of new or changed ones.

    Variables that are no longer declared stay, as do their values. A title already used
    by another variable gets the name appended.

    Raises:
        NameTaken: If a user-editable variable has one of the names.
        BadName: If a name is invalid.
    """
    stored = {info.name: info for info in load_variables(con)}
    _check_names(variables, stored)
    titles = _unique_titles(variables, stored)
    changed = []
    for info in variables:
        new = info._replace(title=titles[info.name], type=None, tags=tuple(sorted(set(info.tags))))
        if new != stored.get(info.name):
            save_definition(con, new)
            changed.append(info.name)
    if any(name not in stored for name in changed):
        rebuild_views(con)
    return changed


def add_user_variable(con: sqlite3.Connection, info: VariableInfo) -> None:
    """Define a user-editable variable.

    Raises:
        NameTaken: If a variable of that name exists.
        BadName: If the name is invalid.
    """
    if not is_variable_name(info.name):
        raise BadName(info.name)
    if fetch_all(con, "SELECT 1 FROM variables WHERE name = ?", (info.name,)):
        raise NameTaken((info.name,), "a variable of that name")
    title = unique_title(info.title, info.name, FIXED_TITLES.union(_titles(con).values()))
    save_definition(con, info._replace(title=title))
    rebuild_views(con)


def _check_names(variables: Sequence[VariableInfo], stored: dict[str, VariableInfo]) -> None:
    for info in variables:
        if not is_variable_name(info.name):
            raise BadName(info.name)
    used = tuple(v.name for v in variables if v.name in stored and stored[v.name].type is not None)
    if used:
        raise NameTaken(used, "a user-editable variable of that name")


def _unique_titles(
    variables: Sequence[VariableInfo], stored: dict[str, VariableInfo]
) -> dict[str, str]:
    """Assign each variable its title; on a conflict the current owner keeps it."""
    declared = {info.name for info in variables}
    used = {info.title for name, info in stored.items() if name not in declared} | FIXED_TITLES
    titles = {}
    for info in sorted(
        variables, key=lambda v: v.name not in stored or stored[v.name].title != v.title
    ):
        titles[info.name] = unique_title(info.title, info.name, used)
        used.add(titles[info.name])
    return titles


def stored_title(con: sqlite3.Connection, info: VariableInfo) -> str:
    """Return the title for a definition: its own, with the name if another one has it."""
    others = {title for name, title in _titles(con).items() if name != info.name}
    return unique_title(info.title, info.name, FIXED_TITLES | others)


def _titles(con: sqlite3.Connection) -> dict[str, str]:
    return dict(fetch_all(con, "SELECT name, CAST(coalesce(title, name) AS TEXT) FROM variables"))


def _has_values(con: sqlite3.Connection, name: str) -> bool:
    return bool(fetch_all(con, "SELECT 1 FROM run_variables WHERE name = ? LIMIT 1", (name,)))


def save_definition(con: sqlite3.Connection, info: VariableInfo) -> None:
    """Store a definition and its tags, replacing any existing one of that name."""
    con.execute(
        "INSERT INTO variables (name, type, title, description) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET type = excluded.type, title = excluded.title, "
        "description = excluded.description",
        (info.name, info.type, info.title, info.description),
    )
    new = set(info.tags)
    sql = "SELECT name, id FROM variable_tags JOIN tags ON id = tag_id WHERE variable_name = ?"
    tagged: dict[str, int] = dict(fetch_all(con, sql, (info.name,)))
    for tag in new - tagged.keys():
        con.execute("INSERT OR IGNORE INTO tags (name) VALUES (?)", (tag,))
        con.execute(
            "INSERT OR IGNORE INTO variable_tags (variable_name, tag_id) "
            "SELECT ?, id FROM tags WHERE name = ?",
            (info.name, tag),
        )
    for tag in tagged.keys() - new:
        # The trigger deletes the tag itself with its last link.
        con.execute(
            "DELETE FROM variable_tags WHERE variable_name = ? AND tag_id = ?",
            (info.name, tagged[tag]),
        )
