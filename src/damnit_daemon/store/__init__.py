"""The run database (`runs.sqlite`): the only door to it.

`Database` opens it; the functions take the connection, so that several make
one transaction:

    with Database(path).writing() as con:
        ensure_run(con, key, added_at=now)
        save_values(con, values, now=now)

SQL is written in this package and nowhere else. numpy is imported only when a
value needs it: the app reads before it has painted anything.
"""

from .changes import Changes
from .comments import Note, load_notes
from .creation import create_database
from .damage import find_damage
from .database import Database
from .decoding import decode_value
from .errors import (
    BadName,
    DatabaseBusy,
    DatabaseExists,
    DatabaseMissing,
    DatabaseReadOnly,
    DatabaseUnreadable,
    DiskFull,
    FormatTooNew,
    FormatTooOld,
    NameTaken,
    NotADatabase,
    StorageFailed,
    StoreError,
)
from .live import LiveDatabase
from .migrations import migrate
from .names import is_variable_name
from .new_values import NewValue, Rejected, SaveReport, save_values
from .runs import ensure_run, load_runs
from .schema import FORMAT_VERSION
from .settings import delete_setting, load_setting, load_settings, save_setting
from .values import load_value, load_values
from .variables import add_user_variable, load_columns, load_variables, update_computed_variables
from .views import rebuild_views

__all__ = [
    "FORMAT_VERSION",
    "BadName",
    "Changes",
    "Database",
    "DatabaseBusy",
    "DatabaseExists",
    "DatabaseMissing",
    "DatabaseReadOnly",
    "DatabaseUnreadable",
    "DiskFull",
    "FormatTooNew",
    "FormatTooOld",
    "LiveDatabase",
    "NameTaken",
    "NewValue",
    "NotADatabase",
    "Note",
    "Rejected",
    "SaveReport",
    "StorageFailed",
    "StoreError",
    "add_user_variable",
    "create_database",
    "decode_value",
    "delete_setting",
    "ensure_run",
    "find_damage",
    "is_variable_name",
    "load_columns",
    "load_notes",
    "load_runs",
    "load_setting",
    "load_settings",
    "load_value",
    "load_values",
    "load_variables",
    "migrate",
    "rebuild_views",
    "save_setting",
    "save_values",
    "update_computed_variables",
]
