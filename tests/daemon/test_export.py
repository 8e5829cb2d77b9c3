"""Export of the run table as text and as files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import weakref
from dataclasses import replace
from datetime import datetime

import numpy as np
import openpyxl
import pytest
from pyarrow import parquet

from damnit_daemon.derived import Definition, save_shared
from damnit_daemon.errors import DamnitError
from damnit_daemon.export import (
    FORMATS,
    Cancelled,
    FileTaken,
    TableSelection,
    export_table,
    format_time,
    load_table,
    render_text,
    write_table,
)
from damnit_daemon.export import files as files_module
from damnit_daemon.export import table as table_module
from damnit_daemon.export.follow import NewLines
from damnit_daemon.export.formats import LINE_FORMATS
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Database,
    LabelChange,
    NewValue,
    add_note,
    add_user_variable,
    create_database,
    ensure_run,
    save_labels,
    save_values,
    update_computed_variables,
)

from .daemon_process import wait_until

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
    "hostile": ("\x1b[31mred\u202e", "\x1b[31mred\u202e", "\\\\x1b[31mred\\\\u202e"),
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
def test_each_kind_of_value_is_exported_to_csv_json_and_markdown(name, database, csv_row, json_run):
    raw, shown = VALUES[name][1], VALUES[name][2]
    assert csv_row[name] == str(raw)
    if name != "hostile":  # there the escape is JSON's own
        assert json_run["values"][name] == raw
    assert markdown_rows(database)[0][name].replace("\0", "\\|") == shown


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_exported_as_text(name, csv_row, json_run):
    assert csv_row[name] == json_run["values"][name] == ERRORS[name][2]


def test_markdown_columns_are_titles_with_comment_first(database):
    header = export_table(database).splitlines()[0]
    assert header.startswith("| Proposal | Run | Timestamp | Comment | array | big |")
    assert "XGM/Number" in header


def test_table_refuses_to_sort_by_a_column_of_images(database):
    with pytest.raises(DamnitError, match="picture has no numbers or texts to sort by"):
        load_table(database, TableSelection(sort="number,-picture"))


def test_json_export_uses_names_and_describes_columns(database, json_run):
    assert json_run["values"]["number"] == 1234.5
    columns = json.loads(export_table(database, format="json"))["columns"]
    assert {
        "name": "number",
        "title": "XGM/Number",
        "description": "A number.",
        "tags": ["xgm"],
    } in columns


def test_json_export_escapes_control_characters(database, json_run):
    assert json_run["values"]["hostile"] == "\x1b[31mred\u202e"
    text = export_table(database, format="json")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_booleans_of_user_variables_are_exported_as_booleans(csv_row, json_run):
    assert csv_row["Good"] == "True"
    assert json_run["values"]["good"] is True


def test_times_are_exported_in_iso_format(json_run, csv_row):
    assert json_run["start_time"] == csv_row["Timestamp"] == "2026-01-01T00:10:00.500000Z"


def test_run_without_values_is_exported_as_a_row(database):
    row = markdown_rows(database)[1]
    assert (row["Run"], row["Timestamp"], row["text"]) == ("2", "", "")


def test_markdown_export_has_one_line_per_row(database):
    lines = export_table(database).splitlines()
    assert len(lines) == 4
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1


def test_malformed_blob_is_exported_as_unknown(database):
    with sqlite3.connect(database.path) as con:
        con.execute("UPDATE run_variables SET value = x'934E554D50590099' WHERE name = 'array'")
    assert "<unknown>" in export_table(database, format="csv")


def test_export_in_unknown_format_is_refused(database):
    with pytest.raises(DamnitError, match="Unknown format"):
        export_table(database, format="docx")


def test_export_of_missing_database_is_refused(tmp_path):
    with pytest.raises(DamnitError, match="no run database"):
        export_table(Database(tmp_path / "runs.sqlite"))


def test_time_out_of_range_is_formatted_as_a_number():
    assert format_time(1e300) == "1e+300"


# A part of it


def test_selection_exports_given_runs_and_variables_in_given_order(database):
    choice = TableSelection(keys=[RunKey(1234, 2), KEY], names=["text", "number", "nothing"])

    table = load_table(database, choice)

    assert [run.key.run for run in table.runs] == [2, 1]
    assert table.titles() == ["Proposal", "Run", "Timestamp", "text", "XGM/Number"]
    assert dict(table.lines())[table.runs[1]] == ("plain", 1234.5)


def test_html_export_shows_booleans_as_words_and_labels_without_being_asked(database):
    with database.writing() as con:
        computed = NewValue(KEY, "stable", 0, attributes={"value_type": "boolean"})
        save_values(con, [computed, NewValue(RunKey(1234, 2), "stable", 1.5)], now=20)
    assert "<th>Labels" not in export_table(database, format="html")
    with database.writing() as con:
        save_labels(con, [LabelChange(KEY, (), ("dark",))])
    page = export_table(database, format="html")
    assert "<th>Labels" in page
    for cell in ("<td>dark", "<td>yes", "<td>no", '<td class="n">1.5000'):
        assert f"{cell}<" in page or f"{cell}\n" in page
    first, second = csv.DictReader(io.StringIO(export_table(database, format="csv")))
    assert (first["stable"], second["stable"]) == ("False", "1.5")


def test_html_export_is_a_page_in_which_no_text_is_markup(database):
    page = export_table(database, format="html")
    assert page.startswith("<!doctype html>")
    assert '<td class="n">1234.5000' in page
    assert "<td>a|b\nc &lt;b&gt;" in page
    assert "\\x1b[31mred" in page
    assert "<td>✗ KeyError: &#x27;x&#x27;" in page
    assert not {"\x1b", "\u202e"} & {*page}
    assert "http-equiv" not in page


def test_labels_are_exported_as_a_column_where_it_is_chosen(database):
    with database.writing() as con:
        save_labels(con, [LabelChange(KEY, (), ("dark", "good"))])

    table = load_table(database, TableSelection(columns="labels,number", sort="-labels"))
    assert table.titles() == ["Proposal", "Run", "Timestamp", "Labels", "XGM/Number"]
    assert dict(table.lines())[table.runs[0]] == ("dark good", 1234.5)
    assert {labels for _, (labels, _) in list(table.lines())[1:]} <= {None}
    assert "Labels" not in load_table(database).titles()


def test_export_reports_progress_and_can_be_cancelled(database, tmp_path, monkeypatch):
    monkeypatch.setattr(table_module, "VALUES_AT_ONCE", 1)
    seen = []
    table = load_table(
        database, progress=lambda done, total: seen.append((done, total)) or done < 1
    )

    with pytest.raises(Cancelled):
        write_table(table, tmp_path / "runs.csv", "csv")

    assert seen == [(0, 2), (1, 2)]
    assert not list(tmp_path.glob("*runs.csv*"))


@pytest.mark.parametrize("format_name", ["csv", "tsv", "md", "json", "xlsx"])
def test_export_reads_values_in_portions(database, tmp_path, monkeypatch, format_name):
    """So that thousands of variables of hundreds of runs cost megabytes, not a gigabyte."""
    monkeypatch.setattr(table_module, "VALUES_AT_ONCE", 1)
    table = load_table(database)
    read, alive = table.read, weakref.WeakSet()

    class Counted(dict):
        __hash__ = object.__hash__

    def counted(keys):
        assert len(alive) <= 1
        assert len(keys) == 1
        cells = Counted(read(keys))
        alive.add(cells)
        return cells

    write_table(replace(table, read=counted), tmp_path / "out", format_name)


@pytest.mark.parametrize("filtered", ["", "number > 1000", "sort"])
def test_export_in_portions_equals_export_at_once(database, monkeypatch, filtered):
    choice = TableSelection(sort="-run") if filtered == "sort" else TableSelection(filtered)
    whole = export_table(database, format="json", choice=choice)
    monkeypatch.setattr(table_module, "VALUES_AT_ONCE", 1)
    assert export_table(database, format="json", choice=choice) == whole
    assert json.loads(whole)
    assert whole.endswith("\n  }\n ]\n}\n")


def test_notes_are_exported_with_the_runs(database):
    with database.writing() as con:
        add_note(con, 1_767_226_200, "beam | back")

    assert "| 2026-01-01T00:10:00Z | beam \\| back |" in export_table(database)
    assert json.loads(export_table(database, format="json"))["notes"] == [
        {"time": "2026-01-01T00:10:00Z", "text": "beam | back"}
    ]


# Files


def written(database, tmp_path, format_name):
    target = tmp_path / f"runs.{format_name}"
    write_table(load_table(database), target, format_name)
    return target


def test_workbook_has_numbers_times_and_text_but_no_formulas(database, tmp_path):
    formula = NewValue(RunKey(1234, 2), "text", "=1+1")
    error = NewValue(RunKey(1234, 2), "piped", "#N/A")
    large = NewValue(RunKey(1234, 2), "integer", 2**60)
    with database.writing() as con:
        save_values(con, [formula, error, large], now=20)
        add_note(con, 1_767_226_200, "beam is back")

    book = openpyxl.load_workbook(written(database, tmp_path, "xlsx"))

    head, first, second = book["Runs"].iter_rows()
    titles = [cell.value for cell in head]
    cells = dict(zip(titles, first, strict=True))
    others = dict(zip(titles, second, strict=True))
    assert titles[:4] == ["Proposal", "Run", "Timestamp", "Comment"]
    assert cells["XGM/Number"].value == 1234.5
    assert cells["Good"].value is True
    assert cells["Timestamp"].value == datetime(2026, 1, 1, 0, 10, 0, 500_000)
    assert cells["hostile"].value == "\\x1b[31mred\u202e"  # XML has no U+001B
    assert cells["infinite"].value == "inf"
    assert cells["failed"].value == "✗ KeyError: 'x'"
    assert (others["text"].value, others["text"].data_type) == ("=1+1", "s")
    assert (others["piped"].value, others["piped"].data_type) == ("#N/A", "s")
    assert others["integer"].value == str(2**60)
    assert [cell.value for cell in list(book["Notes"].iter_rows())[1]][1] == "beam is back"


INVISIBLE = "👩\u200d🔬 می\u200cخواهم Wellen\u00adlänge \ufeffBOM a\u202eb\x7f\x9b"


@pytest.mark.parametrize("format_name", sorted(set(FORMATS) - {"md", "html"}))
def test_exported_files_keep_invisible_characters(database, tmp_path, format_name):
    with database.writing() as con:
        save_values(con, [NewValue(KEY, "text", INVISIBLE)], now=20)

    target = written(database, tmp_path, format_name)

    if format_name == "xlsx":
        found = {c.value for row in openpyxl.load_workbook(target)["Runs"].iter_rows() for c in row}
    elif format_name == "parquet":
        found = set(parquet.read_table(target).to_pylist()[0].values())
    elif format_name == "jsonl":
        found = set(json.loads(target.read_text("utf-8").split("\n")[0])["values"].values())
    elif format_name == "json":
        found = set(json.loads(target.read_text("utf-8"))["runs"][0]["values"].values())
    else:
        with target.open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file, delimiter="\t" if format_name == "tsv" else ",")
            found = {cell for row in reader for cell in row}
    assert INVISIBLE in found


def test_text_too_long_for_a_workbook_is_truncated(database, tmp_path):
    with database.writing() as con:
        save_values(con, [NewValue(KEY, "text", "x" * 40_000)], now=20)

    book = openpyxl.load_workbook(written(database, tmp_path, "xlsx"))

    longest = max(len(str(cell.value)) for row in book["Runs"].iter_rows() for cell in row)
    assert longest == 32_767


def test_parquet_columns_have_one_type_each(database, tmp_path):
    with database.writing() as con:
        save_values(con, [NewValue(RunKey(1234, 2), "number", 3)], now=20)

    table = parquet.read_table(written(database, tmp_path, "parquet"))

    types = {field.name: str(field.type) for field in table.schema}
    assert types["proposal"] == types["run"] == types["integer"] == "int64"
    assert types["start_time"] == "timestamp[us, tz=UTC]"
    assert types["number"] == types["infinite"] == "double"
    assert types["good"] == "bool"
    assert types["text"] == types["failed"] == types["picture"] == "string"
    first = table.to_pylist()[0]
    assert (first["number"], first["good"], first["comment"]) == (1234.5, True, "dark")


def test_parquet_export_without_pyarrow_names_the_extra_to_install(database, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(DamnitError, match="pyarrow") as caught:
        written(database, tmp_path, "parquet")

    assert "damnit-tui[parquet]" in caught.value.hint
    assert list(tmp_path.glob("*parquet*")) == []


@pytest.mark.parametrize("format_name", FORMATS)
def test_existing_file_is_replaced_only_with_overwrite(database, tmp_path, format_name):
    target = tmp_path / f"runs.{format_name}"
    target.write_text("mine")
    table = load_table(database)

    with pytest.raises(FileTaken):
        write_table(table, target, format_name)
    assert target.read_text() == "mine"

    write_table(table, target, format_name, overwrite=True)
    assert target.stat().st_size > 100
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_failed_export_leaves_existing_file_unchanged(database, tmp_path, monkeypatch):
    target = tmp_path / "runs.csv"
    target.write_text("mine")
    monkeypatch.setattr(files_module, "text_parts", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        write_table(load_table(database), target, "csv", overwrite=True)

    assert target.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"runs.csv", "runs.sqlite"}


def test_exported_file_gets_permissions_of_umask(database, tmp_path):
    before = os.umask(0o027)
    try:
        target = written(database, tmp_path, "csv")
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o640


FORMULAS = ["=HYPERLINK(1)", "a\r=1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("format", ["csv", "tsv"])
def test_csv_export_disarms_formulas_unless_asked_to_keep_them(database, format):
    with database.writing() as con:
        for number, text in enumerate(FORMULAS):
            typed = NewValue(KEY, f"f{number}", text, provenance="manual-input")
            save_values(con, [typed], now=20)
    delimiter = {"csv": ",", "tsv": "\t"}[format]
    safe = export_table(database, format=format)
    cells = [
        c for row in csv.reader(io.StringIO(safe, newline=""), delimiter=delimiter) for c in row
    ]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert {f"'{text}" for text in FORMULAS if text[0] != "a"} <= set(cells)
    assert "\r" not in re.sub(r'"[^"]*"', "", safe)
    whole = render_text(load_table(database), format, formulas=True)
    cells = [
        c for row in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter) for c in row
    ]
    assert set(FORMULAS) <= set(cells)


def test_csv_export_keeps_negative_numbers(database):
    with database.writing() as con:
        save_values(con, [NewValue(KEY, "cold", -5.5, provenance="context.py")], now=20)
    assert "-5.5" in export_table(database, format="csv").replace("\n", ",").split(",")


@pytest.fixture
def following(database, tmp_path):
    """A process that follows the table, its file and what it prints."""
    page, said = tmp_path / "page.html", tmp_path / "said"
    command = [sys.executable, "-m", "damnit_daemon.cli", "export", "--in", database.path.parent]
    with said.open("wb") as stderr:
        process = subprocess.Popen([*command, "--follow", "-o", page], stderr=stderr)
    try:
        yield process, page, said
    finally:
        process.kill()
        process.wait()


@pytest.mark.extended
def test_followed_file_is_replaced_after_each_change(database, following):
    process, page, _ = following
    wait_until(page.exists)
    with database.writing() as con:
        save_values(con, [NewValue(KEY, "text", "changed")], now=2e9)
    wait_until(lambda: "<td>changed" in page.read_text())
    assert '<meta http-equiv="refresh" content="30">' in page.read_text()
    save_shared(DamnitFolder(database.path.parent), [Definition("twice", "run * 2")])
    wait_until(lambda: "twice" in page.read_text())
    process.terminate()
    assert process.wait() == 0
    assert [each.name for each in page.parent.iterdir() if each.name.startswith("page")] == [
        page.name
    ]


@pytest.mark.extended
def test_following_survives_a_missing_database(database, following):
    _, page, said = following
    wait_until(page.exists)
    before, away = page.read_text(), database.path.with_name("away")
    database.path.rename(away)
    wait_until(lambda: "The file stays as it is meanwhile." in said.read_text())
    assert page.read_text() == before
    away.rename(database.path)
    wait_until(lambda: "the file is written again" in said.read_text())


@pytest.mark.parametrize("format", LINE_FORMATS)
def test_new_lines_are_those_of_new_and_changed_runs(database, format):
    lines = NewLines(database, TableSelection(columns="number,text"), format)
    first = lines.read().splitlines()
    assert len(first) == {"md": 4, "jsonl": 2}.get(format, 3)
    assert lines.read() == ""
    with database.writing() as con:
        save_values(con, [NewValue(RunKey(1234, 3), "number", 7)], now=2e9)
    (third,) = lines.read().splitlines()
    assert "1234" in third
    assert third not in first
    with database.writing() as con:
        save_values(con, [NewValue(KEY, "text", "changed"), NewValue(KEY, "big", 5.0)], now=2e9)
    (again,) = lines.read().splitlines()
    assert again == first[-2].replace("plain", "changed")
    with database.writing() as con:
        save_values(con, [NewValue(KEY, "big", 6.0)], now=2e9)  # not among the columns
    assert lines.read() == ""


def test_new_lines_begin_with_the_header_at_the_first_run_that_matches(database):
    lines = NewLines(database, TableSelection(filter="run > 2"), "csv")
    assert lines.read() == ""
    with database.writing() as con:
        save_values(con, [NewValue(RunKey(1234, 3), "number", 7)], now=2e9)
    header, row = lines.read().splitlines()
    assert header.startswith("Proposal,Run,")
    # Lines keep the columns of the header; others are named.
    with database.writing() as con:
        add_user_variable(con, VariableInfo("later", "Later", None, "number"))
        save_values(
            con, [NewValue(RunKey(1234, 4), "later", 7, provenance="manual-input")], now=2e9
        )
    (third,) = csv.reader([lines.read()])
    assert len(third) == len(next(csv.reader([header]))) == len(next(csv.reader([row])))
    assert lines.left_out == ["Later"]


def test_following_needs_a_file(database):
    command = [
        sys.executable,
        "-m",
        "damnit_daemon.cli",
        "export",
        "--in",
        database.path.parent,
        "-f",
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "--follow needs a file" in result.stderr
