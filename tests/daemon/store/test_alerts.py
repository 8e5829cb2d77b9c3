"""Raised alerts: stored beside DAMNIT's tables, acknowledged once, bounded."""

import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.api import Folder
from damnit_daemon.edit import Editor
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Database,
    RaisedAlert,
    StoreError,
    create_database,
    load_alerts,
    raise_alerts,
)
from damnit_daemon.store.alerts import MOST_ALERTS, TABLE


def alert(run, rule="xgm < 5"):
    return RaisedAlert(RunKey(1234, run), rule, 100.0)


@pytest.fixture
def folder(tmp_path):
    create_database(tmp_path / "runs.sqlite", proposal=1234, context_python=None)
    return DamnitFolder(tmp_path)


def store(folder, *alerts):
    with Database(folder.database).writing() as con:
        raise_alerts(con, alerts)


def stored(folder):
    with Database(folder.database).reading() as con:
        return load_alerts(con)


def editor(folder, author, now=200.0):
    environment = {"AMORE_BROKER": "none"}
    return Editor(folder, author=author, clock=lambda: now, environment=environment)


def test_alert_raised_twice_is_stored_once_and_newest_runs_come_first(folder):
    store(folder, alert(1), alert(2))
    store(folder, alert(2)._replace(raised_at=300.0), alert(3))
    assert stored(folder) == [alert(3), alert(2), alert(1)]


def test_first_of_two_users_who_acknowledge_an_alert_wins_without_an_error(folder):
    store(folder, alert(1), alert(2))
    seen = stored(folder)
    anna, ben = editor(folder, "anna@one", 200.0), editor(folder, "ben@two", 201.0)
    assert len(anna.acknowledge_alerts(seen[:1]).alerts) == 1
    assert [each.new.key.run for each in ben.acknowledge_alerts(seen).alerts] == [1]
    names = {each.key.run: each.acknowledged_by for each in stored(folder)}
    assert names == {2: "anna@one", 1: "ben@two"}


def test_acknowledgement_is_undone_and_redone_unless_it_is_another_by_now(folder):
    store(folder, alert(1))
    anna, ben = editor(folder, "anna@one", 200.0), editor(folder, "ben@two", 201.0)
    done = anna.acknowledge_alerts(stored(folder))
    undone = anna.revert(done)
    assert stored(folder) == [alert(1)]
    anna.revert(undone)
    (acknowledged,) = stored(folder)
    assert (acknowledged.acknowledged_at, acknowledged.acknowledged_by) == (200.0, "anna@one")
    ben.unacknowledge_alerts([acknowledged])
    ben.acknowledge_alerts([alert(1)])
    assert anna.revert(done).alerts == ()
    assert stored(folder)[0].acknowledged_by == "ben@two"


def test_alert_that_could_not_be_stored_is_when_it_is_acknowledged(folder):
    editor(folder, "anna@one").acknowledge_alerts([alert(7)])
    assert [each.acknowledged_by for each in stored(folder)] == ["anna@one"]


def test_only_alerts_of_the_newest_runs_are_kept(folder):
    store(folder, *map(alert, range(1, MOST_ALERTS + 4)))
    runs = [each.key.run for each in stored(folder)]
    assert (len(runs), runs[0], runs[-1]) == (MOST_ALERTS, MOST_ALERTS + 3, 4)


def test_alerts_stored_by_another_program_are_read_within_bounds(folder):
    store(folder, alert(1))
    with closing(sqlite3.connect(folder.database)) as con, con:
        con.executemany(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?)",
            [
                (1234, 2, "r" * 10_000, float("inf"), "soon", b"\xff"),
                ("x", 3, "rule", 1.0, None, None),
                (1234, 4, b"rule", 1.0, None, None),
            ],
        )
    assert [
        (len(a.rule), a.raised_at, a.acknowledged_at, a.acknowledged_by) for a in stored(folder)
    ] == [
        (500, 0.0, None, ""),
        (7, 100.0, None, ""),
    ]


def test_table_of_another_layout_is_left_alone(folder):
    with closing(sqlite3.connect(folder.database)) as con, con:
        con.execute(f"CREATE TABLE {TABLE}(x)")
    assert stored(folder) == []
    with pytest.raises(StoreError, match="unknown layout"):
        store(folder, alert(1))


def test_database_without_alerts_gets_no_table(folder):
    editor(folder, "anna@one").acknowledge_alerts([])
    with closing(sqlite3.connect(folder.database)) as con:
        assert not con.execute(f"SELECT 1 FROM sqlite_master WHERE name = '{TABLE}'").fetchall()


def test_python_api_lists_alerts(folder):
    store(folder, alert(1))
    assert Folder(folder.path).alerts() == [alert(1)]
