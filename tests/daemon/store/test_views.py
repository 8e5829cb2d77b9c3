"""The views `runs` and `max_diffs` of the run database."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, NewValue, rebuild_views, save_values

from .conftest import KEY, query

HOSTILE = [
    "it's",
    'say "no"',
    "'; DROP TABLE run_info; --",
    '"; DROP TABLE run_info; --',
    "%s ? :a $b",
    "",
    "run",
    "proposal",
    "start_time",
    "Energy",
    "energy",
    "größe",
    "x\ny",
    "select",
]


def columns(path, view):
    return [name for (name,) in query(path, "SELECT name FROM pragma_table_info(?)", view)]


def insert_names(database, names):
    with database.writing() as con:
        con.execute("INSERT INTO run_info VALUES (1, 1, 5.0, 6.0)")
        con.executemany("INSERT INTO variables (name) VALUES (?)", [(name,) for name in names])
        con.executemany(
            "INSERT INTO run_variables (proposal, run, name, version, value, max_diff) "
            "VALUES (1, 1, ?, 1, ?, 0.5)",
            [(name, i) for i, name in enumerate(names)],
        )
        rebuild_views(con)


def test_views_without_names_equal_those_of_a_new_database(database):
    before = query(database.path, "SELECT name, sql FROM sqlite_master WHERE type = 'view'")

    with database.writing() as con:
        rebuild_views(con)

    assert query(database.path, "SELECT name, sql FROM sqlite_master WHERE type = 'view'") == before


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_only_a_column_of_view(database, name):
    insert_names(database, ["first", name])

    assert query(database.path, "SELECT * FROM runs") == [(1, 1, 5.0, 6.0, 0, 1)]
    assert query(database.path, "SELECT * FROM max_diffs") == [(1, 1, 0.5, 0.5)]
    # SQLite numbers a name that is there already.
    (column,) = columns(database.path, "runs")[5:]
    assert column in {name, f"{name}:1"}


def test_all_hostile_names_fit_into_one_view(database):
    insert_names(database, HOSTILE)

    ((*_, a, b),) = query(database.path, "SELECT * FROM runs")
    assert (a, b) != (None, None)
    assert len(columns(database.path, "runs")) == 4 + len(HOSTILE)


def test_name_with_nul_is_left_out_of_views(database):
    insert_names(database, ["a", "b\0c"])

    assert columns(database.path, "max_diffs") == ["proposal", "run", "a"]


def test_views_separate_equal_runs_of_two_proposals(database):
    with database.writing() as con:
        values = [NewValue(RunKey(proposal, 7), "a", proposal) for proposal in (1, 2)]
        save_values(con, values, now=1.0)

    assert query(database.path, "SELECT proposal, run, a FROM runs") == [(1, 7, 1), (2, 7, 2)]
    assert query(database.path, "SELECT proposal, run FROM max_diffs") == [(1, 7), (2, 7)]


@pytest.mark.extended
@pytest.mark.parametrize("length", [10, 300])
def test_views_keep_first_defined_names_beyond_column_limit(database, length):
    names = [f"n{i:0{length}}" for i in range(3000)]
    with database.writing() as con:
        con.executemany("INSERT INTO variables (name) VALUES (?)", [(n,) for n in reversed(names)])
        con.execute("INSERT INTO run_info VALUES (1, 1, 5.0, 6.0)")
        rebuild_views(con)
        save_values(con, [NewValue(RunKey(1, 1), names[-1], 5)], now=1.0)

    found = columns(database.path, "runs")
    assert 400 < len(found) <= 1904
    # Those defined first.
    assert found[4] == names[-1]
    assert query(database.path, f"SELECT {names[-1]} FROM runs") == [(5,)]


def save_new_names(path, writer):
    database = Database(path)
    for i in range(10):
        with database.writing() as con:
            save_values(con, [NewValue(KEY, f"w{writer}_{i}", i)], now=1.0)


@pytest.mark.extended
def test_concurrent_writers_with_new_names_rebuild_views(database):
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        list(pool.map(save_new_names, [database.path] * 3, range(3)))

    assert set(columns(database.path, "max_diffs")[2:]) == {
        f"w{writer}_{i}" for writer in range(3) for i in range(10)
    }


def test_missing_views_are_rebuilt(database, other):
    with database.writing() as con:
        save_values(con, [NewValue(KEY, "a", 1)], now=1.0)
    other.execute("DROP VIEW runs")

    with database.writing() as con:
        rebuild_views(con)

    assert query(database.path, "SELECT a FROM runs") == [(1,)]
