"""The run database (`runs.sqlite`); all access to it goes through this package.

`Database` opens it; the functions take the connection, so that several form
one transaction:

    with Database(path).writing() as con:
        ensure_run(con, key, added_at=now)
        save_values(con, values, now=now)

SQL is written in this package and nowhere else. numpy is imported only when a
value needs it: the app reads before its first paint.
"""

from .alerts import AlertChange, RaisedAlert, change_alerts, load_alerts, raise_alerts
from .change_feed import ChangeFeed
from .changes import Cell, Changes
from .comments import Note, NoteChanged, add_note, change_note, load_notes, remove_note
from .creation import create_database
from .database import Database
from .decode import decode_value
from .edits import (
    Conflict,
    EditConflict,
    Plain,
    TypeLost,
    ValueEdit,
    add_empty_runs,
    load_plain,
    same_value,
    save_changes,
)
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
from .identifiers import is_variable_name
from .integrity import find_damage
from .labels import LabelChange, LabelsChanged, load_labels, save_labels
from .migrations import migrate
from .parameters import (
    ParameterRefused,
    StoredParameter,
    load_parameters,
    parse_assignments,
    parse_for,
    run_parameters,
    save_new_run_value,
    save_parameters,
)
from .past_values import PastValue, load_past_values
from .runs import ensure_run, load_listed_runs, load_runs
from .save_values import NewValue, Rejected, SaveReport, save_values
from .schema import FORMAT_VERSION
from .settings import delete_setting, load_setting, load_settings, save_setting
from .summaries import load_boolean_names, load_summaries
from .user_variables import (
    USER_TYPES,
    NameRefused,
    ValuesDoNotFit,
    VariableChanged,
    VariableInUse,
    change_user_variable,
    define_user_variable,
    name_from_title,
    remove_variable,
    restore_user_variable,
    why_not_name,
    why_not_title,
    withdraw_user_variable,
)
from .values import load_computed_times, load_content, load_value, load_values
from .variables import add_user_variable, load_columns, load_variables, update_computed_variables
from .views import rebuild_views

__all__ = [
    "FORMAT_VERSION",
    "USER_TYPES",
    "AlertChange",
    "BadName",
    "Cell",
    "ChangeFeed",
    "Changes",
    "Conflict",
    "Database",
    "DatabaseBusy",
    "DatabaseExists",
    "DatabaseMissing",
    "DatabaseReadOnly",
    "DatabaseUnreadable",
    "DiskFull",
    "EditConflict",
    "FormatTooNew",
    "FormatTooOld",
    "LabelChange",
    "LabelsChanged",
    "NameRefused",
    "NameTaken",
    "NewValue",
    "NotADatabase",
    "Note",
    "NoteChanged",
    "ParameterRefused",
    "PastValue",
    "Plain",
    "RaisedAlert",
    "Rejected",
    "SaveReport",
    "StorageFailed",
    "StoreError",
    "StoredParameter",
    "TypeLost",
    "ValueEdit",
    "ValuesDoNotFit",
    "VariableChanged",
    "VariableInUse",
    "add_empty_runs",
    "add_note",
    "add_user_variable",
    "change_alerts",
    "change_note",
    "change_user_variable",
    "create_database",
    "decode_value",
    "define_user_variable",
    "delete_setting",
    "ensure_run",
    "find_damage",
    "is_variable_name",
    "load_alerts",
    "load_boolean_names",
    "load_columns",
    "load_computed_times",
    "load_content",
    "load_labels",
    "load_listed_runs",
    "load_notes",
    "load_parameters",
    "load_past_values",
    "load_plain",
    "load_runs",
    "load_setting",
    "load_settings",
    "load_summaries",
    "load_value",
    "load_values",
    "load_variables",
    "migrate",
    "name_from_title",
    "parse_assignments",
    "parse_for",
    "raise_alerts",
    "rebuild_views",
    "remove_note",
    "remove_variable",
    "restore_user_variable",
    "run_parameters",
    "same_value",
    "save_changes",
    "save_labels",
    "save_new_run_value",
    "save_parameters",
    "save_setting",
    "save_values",
    "update_computed_variables",
    "why_not_name",
    "why_not_title",
    "withdraw_user_variable",
]
