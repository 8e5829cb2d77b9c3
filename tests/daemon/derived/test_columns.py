"""Derived columns of a folder: inputs, circles, filter, order, export, command line, API."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from damnit_daemon.api import Folder
from damnit_daemon.derived import (
    Definition,
    DerivedColumns,
    load_shared,
    parse_definition,
    save_shared,
)
from damnit_daemon.derived.columns import check_definition, complete_definition, renamed
from damnit_daemon.errors import DamnitError
from damnit_daemon.export import TableSelection, export_table, load_table
from damnit_daemon.model import Blob, BlobKind, Column, Failure, RunKey, RunRow, VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.query import FilterError, SummaryTable
from damnit_daemon.store import (
    Database,
    NewValue,
    create_database,
    ensure_run,
    save_values,
    update_computed_variables,
)

STORED = [
    Column("hits", "Detector/Hits"),
    Column("pulses", "Pulses"),
    Column("xgm.energy", "XGM/Energy"),
    Column("two words", "Two words"),
    Column("image", "Image"),
]
CELLS = {
    "hits": [3, 4, None],
    "pulses": [24, 0, 5],
    "xgm.energy": [1.5, Failure("no xgm", "KeyError"), 2.0],
    "two words": ["dark", "", "LaB6"],
    "image": [Blob(BlobKind.PNG, 9), None, None],
}
RUNS = [RunRow(RunKey(1234, run), 1000.0 * run, None) for run in (1, 2, 3)]


def derived(*texts, stored=STORED):
    return DerivedColumns(map(parse_definition, texts), stored)


def evaluated(*texts):
    table = SummaryTable(RUNS, STORED, CELLS)
    return derived(*texts).cells(table, [run.key for run in RUNS])


def failed(cells):
    return [cell.message if isinstance(cell, Failure) else cell for cell in cells]


def test_missing_inputs_leave_a_cell_empty_and_errors_have_reasons():
    found = evaluated(
        "hits / pulses as rate",
        "`XGM/Energy` * 2 as twice",
        "image + 1 as odd",
        "hours * 60 as never",
        "run + start_time / 1000 as facts",
    )
    division = Failure("division by zero (hits = 4, pulses = 0)", "ZeroDivisionError")
    assert found["rate"] == [0.125, division, None]
    assert found["twice"] == [3.0, None, 4.0]
    odd = Failure("Image is an image or array here, not a number", "TypeError")
    assert found["odd"] == [odd, None, None]
    assert "There is no column 'hours'" in failed(found["never"])[0]
    assert found["facts"] == [2.0, 4.0, 6.0]


def test_a_derived_column_may_name_another_in_any_order_but_not_itself():
    found = evaluated("rate * 100 as percent", "hits / pulses as rate", "a + 1 as b", "b as a")
    assert found["percent"][0] == 12.5
    assert found["percent"][1:] == [None, None]  # the reason is in the other column
    assert failed(found["a"])[0] == failed(found["b"])[0] == "it depends on itself: b ← a ← b"
    others = [parse_definition("rate2 as rate"), parse_definition("hits as rate2")]
    with pytest.raises(FilterError, match="depend on itself") as caught:
        check_definition("1 + rate as rate2", STORED, others)
    assert "1 + rate as rate2"[caught.value.start : caught.value.end] == "rate"


def test_only_what_is_needed_is_read_and_evaluated():
    columns = derived("hits / pulses as rate", "rate * 2 as twice", "image as other")
    assert columns.required(["twice", "image"]) == {"hits", "pulses", "image"}
    table = SummaryTable(RUNS, STORED, CELLS)
    assert set(columns.cells(table, [RUNS[0].key], ["twice"])) == {"rate", "twice"}


def test_a_variable_takes_precedence_over_a_derived_column_of_its_name():
    assert derived("hits as pulses", "1 as one").columns == derived("1 as one").columns
    with pytest.raises(FilterError, match="Pulses is a variable"):
        check_definition("hits as Pulses", STORED)


def test_a_renamed_column_is_followed_by_expressions_that_name_it():
    columns = [*STORED, Column("rate", "rate")]
    before = Definition("twice", "rate * 2 + `rate` - hits")
    after = renamed(before, "rate", "hit rate", columns)
    assert after.expression == "`hit rate` * 2 + `hit rate` - hits"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("hi", ("hits",)),
        ("2 * xg", ("xgm.energy",)),
        ("`tw", ("`two words`",)),
        ("log", ("log(", "log10(", "log1p(", "log2(")),
        ("energ", ("xgm.energy",)),
    ],
)
def test_columns_and_functions_are_completed(text, options):
    found = complete_definition(text, len(text), STORED)
    assert found.options == options
    assert complete_definition("hits as h", 9, STORED) is None


def test_shared_definitions_survive_and_invalid_ones_are_skipped(tmp_path):
    folder = DamnitFolder(tmp_path)
    assert load_shared(folder) == ()
    definitions = (Definition("rate", "hits / pulses", "1/pulse"), Definition("b", "'ä'"))
    save_shared(folder, definitions)
    assert load_shared(folder) == definitions
    content = {"version": 9, "columns": ["1 as one", 7, "no name", "x" * 9999, *["2 as two"] * 99]}
    for text in (json.dumps(content), "[" * 99999, "\ud800", "{}", '{"columns": 3}'):
        folder.derived_columns.write_text(text, "utf-8", errors="surrogatepass")
        assert load_shared(folder) in ((), (Definition("one", "1"), Definition("two", "2")))
    folder.derived_columns.write_text(json.dumps(content))
    assert [each.name for each in load_shared(folder)] == ["one", "two"]


def test_what_others_wrote_by_hand_is_not_overwritten(tmp_path):
    folder = DamnitFolder(tmp_path)
    many = [f"{n} as c{n}" for n in range(60)]
    folder.derived_columns.write_text(json.dumps({"columns": ["1 = one", 7, *many]}))
    save_shared(folder, load_shared(folder)[1:])
    listed = json.loads(folder.derived_columns.read_text())["columns"]
    assert sorted(map(str, listed)) == sorted(["1 = one", "7", *many[1:]])
    for text in ('["1 as one",]', "{}", "\ud800"):
        folder.derived_columns.write_text(text, "utf-8", errors="surrogatepass")
        with pytest.raises(DamnitError, match="is not valid JSON"):
            save_shared(folder, [Definition("two", "2")])
        assert folder.derived_columns.read_bytes() == text.encode(errors="surrogatepass")
    folder.derived_columns.unlink()
    with pytest.raises(DamnitError, match="At most 50"):
        save_shared(folder, [Definition(f"c{n}", "1") for n in range(51)])


@pytest.fixture
def folder(tmp_path):
    database = create_database(tmp_path / "runs.sqlite", proposal=1234, context_python=None)
    with database.writing() as con:
        titled = [VariableInfo(c.name, c.title) for c in STORED if c.name != "two words"]
        update_computed_variables(con, titled)
        for place, run in enumerate(RUNS):
            ensure_run(con, run.key, added_at=1.0, start_time=run.start_time)
            values = [(name, CELLS[name][place]) for name in ("hits", "pulses")]
            save_values(
                con, [NewValue(run.key, *each) for each in values if each[1] is not None], now=1.0
            )
    found = DamnitFolder(tmp_path)
    save_shared(found, [Definition("rate", "hits / pulses", "1/pulse")])
    return found


RATE = "rate * 100 as percent"


def test_exports_filter_sort_and_write_derived_columns(folder):
    database = Database(folder.database)
    choice = TableSelection("not has:rate or percent > 10", "-rate", "percent,rate", derive=[RATE])
    table = load_table(database, choice)
    assert [run.key.run for run in table.runs] == [1, 2, 3]
    assert [list(values) for _, values in table.lines()] == [
        [12.5, 0.125],
        [None, "✗ ZeroDivisionError: division by zero (hits = 4, pulses = 0)"],
        [None, None],
    ]
    found = json.loads(export_table(database, format="json", choice=choice))
    assert found["columns"][1]["description"] == "= hits / pulses"
    assert found["runs"][0]["values"] == {"percent": 12.5, "rate": 0.125}
    everything = json.loads(export_table(database, format="json"))
    assert [c["name"] for c in everything["columns"]].count("rate") == 1
    with pytest.raises(FilterError, match="no column 'hitz'"):
        load_table(database, TableSelection(derive=["hitz as x"]))
    kept = [Definition("x", "hitz"), Definition("Hits", "1"), Definition("hits", "2")]
    table = load_table(database, TableSelection(columns="x, run", sort="run", derive=kept))
    assert next(table.lines())[1][0].startswith("✗ InvalidExpression: There is no column 'hitz'")


def test_the_python_api_has_shared_and_further_columns(folder):
    table = Folder(folder.path).table(filter="percent > 1", derive=RATE)
    assert list(table["percent"]) == [12.5]
    assert list(table["rate"]) == [0.125]
    assert str(table["percent"].dtype) == "float64"
    assert "percent" not in Folder(folder.path).table(columns="rate")


def run_program(*arguments):
    script = Path(sys.executable).parent
    found = subprocess.run(
        [script / arguments[0], *arguments[1:]], capture_output=True, text=True, timeout=60
    )
    return found.returncode, found.stdout, found.stderr


@pytest.mark.parametrize(
    "command",
    [["damnit-daemon", "export", "--format", "csv", "--in"], ["damnit-tui", "--print=csv"]],
)
def test_both_programs_print_derived_columns(folder, command):
    more = ["--derive", RATE, "--filter", "percent > 1", "--columns", "percent,rate"]
    status, printed, _ = run_program(*command, str(folder.path), *more)
    assert status == 0
    assert printed.splitlines() == [
        "Proposal,Run,Timestamp,percent,rate",
        "1234,1,1970-01-01T00:16:40Z,12.5,0.125",
    ]
    status, printed, complaint = run_program(*command, str(folder.path), "--derive", "hitz as x")
    assert (status, printed) == (1, "")
    assert "There is no column 'hitz'. Did you mean hits?" in complaint


@pytest.mark.extended
def test_a_plot_of_a_derived_column_is_printed(folder):
    status, printed, _ = run_program("damnit-tui", str(folder.path), "--plot", "rate")
    assert status == 0
    assert "0.125" in printed


def test_without_derived_columns_the_evaluator_is_not_imported(folder):
    folder.derived_columns.unlink()
    code = (
        "import sys; from pathlib import Path; from damnit_daemon.export import *; "
        "from damnit_daemon.store import Database; import damnit_tui.main.screen; "
        f"export_table(Database(Path({str(folder.database)!r}))); "
        "assert 'simpleeval' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
