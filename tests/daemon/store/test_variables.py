"""Variables in the run database."""

import sqlite3

import pytest

from damnit_daemon.model import Column, VariableInfo
from damnit_daemon.store import (
    BadName,
    NameTaken,
    NewValue,
    add_user_variable,
    load_columns,
    load_variables,
    save_values,
    update_computed_variables,
)

from .conftest import KEY, query

ENERGY = VariableInfo("energy", "Photon energy", "of the XGM", tags=("beam", "xgm"))
WIDTH = VariableInfo("width", "Width", tags=("beam",))


@pytest.fixture
def con(database):
    with database.writing() as con:
        yield con


def update(database, *variables):
    with database.writing() as con:
        return update_computed_variables(con, variables)


def test_variables_are_stored_with_their_tags(con):
    assert update_computed_variables(con, [ENERGY, WIDTH]) == ["energy", "width"]

    assert load_variables(con) == [ENERGY, WIDTH]


def test_computed_variable_row_equals_that_of_damnit(database):
    update(database, ENERGY)

    assert query(database.path, "SELECT * FROM variables") == [
        ("energy", None, "Photon energy", "of the XGM", None)
    ]


def test_unchanged_variables_are_not_written(database):
    update(database, ENERGY, WIDTH)
    before = database.path.read_bytes()

    # In another order, with a tag twice: it means the same.
    assert update(database, WIDTH, ENERGY._replace(tags=("xgm", "beam", "xgm"))) == []

    assert database.path.read_bytes() == before


@pytest.mark.parametrize(
    "changed",
    [
        ENERGY._replace(title="Energy"),
        ENERGY._replace(description=None),
        ENERGY._replace(tags=()),
        ENERGY._replace(tags=("beam", "xgm", "new")),
    ],
)
def test_changed_variables_are_written_and_named(con, changed):
    update_computed_variables(con, [ENERGY, WIDTH])

    assert update_computed_variables(con, [changed, WIDTH]) == ["energy"]

    assert load_variables(con) == [changed._replace(tags=tuple(sorted(changed.tags))), WIDTH]


def test_unused_tags_are_deleted(con):
    update_computed_variables(con, [ENERGY, WIDTH])

    update_computed_variables(con, [ENERGY._replace(tags=()), WIDTH])

    assert con.execute("SELECT name FROM tags").fetchall() == [("beam",)]


def test_undeclared_variables_are_kept(con):
    update_computed_variables(con, [ENERGY, WIDTH])

    assert update_computed_variables(con, [WIDTH]) == []
    assert load_variables(con) == [ENERGY, WIDTH]


def test_equal_titles_are_made_unique_permanently(con):
    first, second = VariableInfo("a", "Energy"), VariableInfo("b", "Energy")
    update_computed_variables(con, [first, second])
    assert [info.title for info in load_variables(con)] == ["Energy", "Energy (b)"]

    assert update_computed_variables(con, [first, second]) == []
    assert update_computed_variables(con, [second, first]) == []


def test_title_of_undeclared_variable_is_reserved(con):
    update_computed_variables(con, [ENERGY])

    update_computed_variables(con, [VariableInfo("other", ENERGY.title)])

    assert load_variables(con)[1].title == "Photon energy (other)"


@pytest.mark.parametrize("title", ["Status", "Proposal", "Run", "Timestamp", "Comment"])
def test_titles_of_builtin_columns_are_reserved(con, title):
    update_computed_variables(con, [VariableInfo("a", title)])

    assert load_variables(con)[0].title == f"{title} (a)"


def test_computed_variable_does_not_replace_user_variable(database):
    with database.writing() as con:
        add_user_variable(con, VariableInfo("sample", "Sample", type="string"))
    before = database.path.read_bytes()

    with pytest.raises(NameTaken, match=r"user-editable variable.*sample.*Rename") as caught:
        update(database, ENERGY, VariableInfo("sample", "Sample"))

    assert caught.value.names == ("sample",)
    assert database.path.read_bytes() == before


def test_invalid_variable_name_is_refused_before_writing(con):
    with pytest.raises(BadName, match="'a b' is not a variable name"):
        update_computed_variables(con, [ENERGY, VariableInfo("a b", "AB")])

    assert load_variables(con) == []


def test_update_of_variables_is_one_transaction(database):
    update(database, WIDTH)
    con = sqlite3.connect(database.path)
    con.execute("""CREATE TRIGGER full BEFORE INSERT ON variable_tags
        BEGIN SELECT RAISE(ABORT, 'no'); END""")
    con.close()
    before = database.path.read_bytes()

    with pytest.raises(sqlite3.IntegrityError):
        update(database, VariableInfo("untagged", "Untagged"), ENERGY)

    assert database.path.read_bytes() == before


def test_views_have_a_column_per_variable(database):
    update(database, ENERGY)

    assert query(database.path, "SELECT energy FROM runs") == []
    assert query(database.path, "SELECT energy FROM max_diffs") == []


def test_views_are_not_rebuilt_for_changed_title(database, other):
    update(database, ENERGY)
    before = other.execute("PRAGMA schema_version").fetchall()

    update(database, ENERGY._replace(title="Energy"))

    assert other.execute("PRAGMA schema_version").fetchall() == before


def test_user_variable_is_added(con):
    add_user_variable(con, VariableInfo("sample", "Sample", "what we look at", "string"))

    assert load_variables(con) == [VariableInfo("sample", "Sample", "what we look at", "string")]
    assert con.execute("SELECT sample FROM runs").fetchall() == []


@pytest.mark.parametrize("name", ["energy", "sample"])
def test_user_variable_needs_a_free_name(con, name):
    update_computed_variables(con, [ENERGY])
    add_user_variable(con, VariableInfo("sample", "Sample", type="string"))

    with pytest.raises(NameTaken, match=name):
        add_user_variable(con, VariableInfo(name, "Another", type="number"))
    with pytest.raises(BadName):
        add_user_variable(con, VariableInfo("no good", "Another", type="number"))


def test_columns_include_all_stored_names(con):
    save_values(con, [NewValue(KEY, "comment", "good")], now=1.0)
    update_computed_variables(con, [ENERGY])
    con.execute("INSERT INTO run_variables (proposal, run, name) VALUES (1, 1, 'stray')")
    con.execute("INSERT INTO run_variables (proposal, run, name) VALUES (1, 1, NULL)")

    assert load_columns(con) == [
        Column("energy", "Photon energy", "of the XGM", None, ("beam", "xgm")),
        Column("comment", "Comment"),
        Column("stray", "stray"),
    ]


def test_column_titles_are_unique(con):
    con.executemany(
        "INSERT INTO variables (name, title) VALUES (?, ?)",
        [("a", "T"), ("b", "T"), ("c", "T (b)"), ("d", None), ("e", "d"), ("f", "Run")],
    )
    con.execute("INSERT INTO variables (name, title) VALUES ('g', x'54')")

    titles = [column.title for column in load_columns(con)]

    assert len(set(titles)) == 7
    assert titles[:2] == ["T", "T (b)"]
    assert titles[5:] == ["Run (f)", "T (g)"]


def test_tags_stored_as_bytes_by_another_program_are_read_as_text(con):
    update_computed_variables(con, [VariableInfo("a", "A", tags=("seen",))])
    con.execute("UPDATE tags SET name = CAST('s\u00e9en' AS BLOB)")
    (info,) = load_variables(con)
    assert info.tags == ("s\u00e9en",)
