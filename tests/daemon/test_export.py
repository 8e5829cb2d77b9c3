"""The run table as text."""

from __future__ import annotations

import csv
import io
import json
import sqlite3

import numpy as np
import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.export import export_table, format_time
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.store import (
    Database,
    NewValue,
    add_user_variable,
    create_database,
    ensure_run,
    save_values,
    update_computed_variables,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
KEY = RunKey(1234, 1)
LINE = np.array([[0.0, 1, 2], [3, 4, 5]])

VALUES = {
    "number": (1234.5, 1234.5, "1234.5000"),
    "big": (1.0e6, 1e6, "1.000e+06"),
    "integer": (7, 7, "7"),
    "text": ("plain", "plain", "plain"),
    "complex_number": (1 - 2j, "(1-2j)", "(1-2j)"),
    "array": (np.zeros((3, 4, 5), "f4"), "float32: (3, 4, 5)", "float32: (3, 4, 5)"),
    "line": (LINE, "<trendline>", "<trendline>"),
    "picture": (PNG, "<image>", "<image>"),
    "piped": ("a|b\nc <b>", "a|b\nc <b>", "a\\|b<br>c \\<b>"),
    "hostile": ("\x1b[31mred\u202e", "\\x1b[31mred\\u202e", "\\\\x1b[31mred\\\\u202e"),
    "infinite": (float("inf"), "inf", "inf"),
}
ERRORS = {
    "failed": ("KeyError", "'x'", "✗ KeyError: 'x'"),
    "skipped": ("Skip", "not a scan", "» not a scan"),
    "no_source": ("SourceNameError", "no camera", "» no camera"),
    "dependent": ("DependencyError", "Skipped due", "✗ Skipped due"),
    "silent": ("ValueError", "", "✗ ValueError"),
}


TYPED = {"good": 1, "comment": "dark"}


@pytest.fixture
def database(tmp_path):
    database = create_database(tmp_path / "runs.sqlite", proposal=1234, context_python=None)
    with database.writing() as con:
        update_computed_variables(
            con, [VariableInfo("number", "XGM/Number", "A number.", None, ("xgm",))]
        )
        add_user_variable(con, VariableInfo("good", "Good", None, "boolean"))
        save_values(con, [NewValue(KEY, name, v[0]) for name, v in VALUES.items()], now=10)
        save_values(
            con,
            [
                NewValue(KEY, name, None, attributes={"error": message, "error_cls": kind})
                for name, (kind, message, _) in ERRORS.items()
            ],
            now=10,
        )
        typed = [NewValue(KEY, n, v, provenance="manual-input") for n, v in TYPED.items()]
        save_values(con, typed, now=10)
        ensure_run(con, KEY, added_at=10, start_time=1_767_226_200.5)
        ensure_run(con, RunKey(1234, 2), added_at=11)
    return database


@pytest.fixture
def csv_row(database):
    return next(csv.DictReader(io.StringIO(export_table(database, format="csv"))))


@pytest.fixture
def json_run(database):
    return json.loads(export_table(database, format="json"))["runs"][0]


def markdown_rows(database):
    lines = export_table(database).splitlines()
    cells = [
        line.replace("\\|", "\0").strip("|").replace(" | ", "\1").strip().split("\1")
        for line in lines
    ]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


@pytest.mark.parametrize("name", [name for name in VALUES if name != "number"])
def test_values(name, database, csv_row, json_run):
    raw, shown = VALUES[name][1], VALUES[name][2]
    assert csv_row[name] == str(raw)
    if name != "hostile":  # there the escape is JSON's own
        assert json_run["values"][name] == raw
    assert markdown_rows(database)[0][name].replace("\0", "\\|") == shown


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_text(name, csv_row, json_run):
    assert csv_row[name] == json_run["values"][name] == ERRORS[name][2]


def test_columns_have_titles_the_comment_first(database):
    header = export_table(database).splitlines()[0]
    assert header.startswith("| Proposal | Run | Timestamp | Comment | array | big |")
    assert "XGM/Number" in header


def test_json_is_by_name_and_says_what_columns_are(database, json_run):
    assert json_run["values"]["number"] == 1234.5
    columns = json.loads(export_table(database, format="json"))["columns"]
    assert {
        "name": "number",
        "title": "XGM/Number",
        "description": "A number.",
        "tags": ["xgm"],
    } in columns


def test_json_keeps_strings_and_has_no_control_characters(database, json_run):
    assert json_run["values"]["hostile"] == "\x1b[31mred\u202e"
    text = export_table(database, format="json")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_user_booleans_are_booleans(csv_row, json_run):
    assert csv_row["Good"] == "True"
    assert json_run["values"]["good"] is True


def test_times_are_iso(json_run, csv_row):
    assert json_run["start_time"] == csv_row["Timestamp"] == "2026-01-01T00:10:00.500000Z"


def test_a_run_without_values_is_a_row(database):
    row = markdown_rows(database)[1]
    assert (row["Run"], row["Timestamp"], row["text"]) == ("2", "", "")


def test_markdown_rows_have_one_line_each(database):
    lines = export_table(database).splitlines()
    assert len(lines) == 4
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1


def test_a_malformed_blob_is_no_crash(database):
    with sqlite3.connect(database.path) as con:
        con.execute("UPDATE run_variables SET value = x'934E554D50590099' WHERE name = 'array'")
    assert "<unknown>" in export_table(database, format="csv")


def test_an_unknown_format_is_refused(database):
    with pytest.raises(DamnitError, match="no format"):
        export_table(database, format="docx")


def test_a_missing_database_is_told(tmp_path):
    with pytest.raises(DamnitError, match="no run database"):
        export_table(Database(tmp_path / "runs.sqlite"))


def test_a_time_that_is_none_is_a_number():
    assert format_time(1e300) == "1e+300"
