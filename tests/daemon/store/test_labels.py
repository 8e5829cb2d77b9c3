"""Labels of runs: stored beside DAMNIT's tables, checked before writing, reported to others."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.model import RunKey
from damnit_daemon.model.labels import (
    LONGEST_LABEL,
    MOST_LABELS,
    BadLabel,
    has_label,
    parse_label,
    with_labels,
)
from damnit_daemon.store import (
    ChangeFeed,
    Database,
    LabelChange,
    LabelsChanged,
    StoreError,
    create_database,
    ensure_run,
    load_labels,
    load_runs,
    save_labels,
)
from damnit_daemon.store.labels import TABLE


def key(run):
    return RunKey(1234, run)


@pytest.fixture
def database(tmp_path):
    found = create_database(tmp_path / "runs.sqlite", proposal=1234, context_python=None)
    with found.writing() as con:
        for run in (1, 2, 3):
            ensure_run(con, key(run), added_at=1.0)
    return found


def save(database, *changes):
    with database.writing() as con:
        return save_labels(con, [LabelChange(key(run), old, new) for run, old, new in changes])


def labels(database):
    with database.reading() as con:
        return {row.key.run: row.labels for row in load_runs(con) if row.labels}


def schema(database):
    with closing(sqlite3.connect(database.path)) as con:
        return con.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_labels_are_read_with_their_runs(database):
    save(database, (1, (), ("dark", "good")), (3, (), ("bad",)))
    assert labels(database) == {1: ("dark", "good"), 3: ("bad",)}
    with database.reading() as con:
        assert load_labels(con, [key(2), key(9)]) == {key(2): ()}


def test_only_a_table_of_ours_is_added_and_only_by_the_first_label(database):
    before = schema(database)
    assert save(database, (1, (), ())) == []
    assert schema(database) == before
    save(database, (1, (), ("good",)))
    added = [name for name, _ in set(schema(database)) - set(before)]
    assert sorted(added) == [f"sqlite_autoindex_{TABLE}_1", TABLE]


def test_labels_changed_by_another_user_are_kept_and_nothing_is_written(database):
    save(database, (2, (), ("bad",)))
    with pytest.raises(LabelsChanged, match=r"run 2 \(now bad\)"):
        save(database, (1, (), ("good",)), (2, (), ("good",)))
    assert labels(database) == {2: ("bad",)}


def test_runs_that_have_the_new_labels_already_are_no_conflict(database):
    save(database, (2, (), ("good",)))
    changed = save(database, (1, (), ("good",)), (2, (), ("good",)))
    assert [change.key.run for change in changed] == [1]


def test_run_that_is_not_listed_cannot_be_labelled(database):
    with pytest.raises(StoreError, match="Not in the run table: 7, 9"):
        save(database, (1, (), ("good",)), (7, (), ("good",)), (9, (), ("good",)))
    assert labels(database) == {}


def test_feed_reports_labelled_runs_to_other_programs(database):
    feed = ChangeFeed(database)
    assert {row.key.run: row.labels for row in feed.changes().runs} == {1: (), 2: (), 3: ()}
    for change in ((1, (), ("good",)), (1, ("good",), ("dark",)), (1, ("dark",), ())):
        save(database, change)
        assert feed.changed()
        assert [(row.key.run, row.labels) for row in feed.changes().runs] == [(1, change[2])]
    feed.close()


def test_changes_that_cancel_out_in_size_are_reported(database):
    save(database, (1, (), ("good",)), (2, (), ("dark",)))
    feed = ChangeFeed(database)
    feed.changes()
    save(database, (1, ("good",), ("dark",)), (2, ("dark",), ("good",)))
    assert {row.key.run: row.labels for row in feed.changes().runs} == {1: ("dark",), 2: ("good",)}
    feed.close()


def test_restored_older_copy_has_its_own_labels(database, tmp_path):
    save(database, (1, (), ("good",)))
    shutil.copy(database.path, tmp_path / "older.sqlite")
    feed = ChangeFeed(database)
    feed.changes()
    save(database, (1, ("good",), ("bad",)))
    assert [row.labels for row in feed.changes().runs] == [("bad",)]
    (tmp_path / "older.sqlite").replace(database.path)
    restored = feed.changes()
    assert restored.is_new
    assert {row.key.run: row.labels for row in restored.runs} == {1: ("good",), 2: (), 3: ()}
    feed.close()


@pytest.mark.parametrize(
    "statement",
    [
        f"CREATE TABLE {TABLE} (something)",
        f"CREATE VIEW {TABLE} AS SELECT 1 AS something",
    ],
)
def test_foreign_table_of_that_name_is_left_alone(database, statement):
    with closing(sqlite3.connect(database.path)) as con:
        con.execute(statement)
        con.commit()
    assert labels(database) == {}
    with pytest.raises(StoreError):
        save(database, (1, (), ("good",)))
    with database.reading() as con:
        assert len(load_runs(con)) == 3


def test_malformed_rows_of_other_programs_do_no_harm(database):
    save(database, (1, (), ("good",)))
    rows = [
        (1234, 2, " Bad\tbad\nX ", 5),
        (1234, 3, b"\xff\x00", 5),
        (1234, "three", "good", 5),
        (1234, 1 << 40, "a" * 100_000, "late"),
        (1234, 1 << 41, "good", (1 << 63) - 1),
    ]
    with closing(sqlite3.connect(database.path)) as con:
        con.executemany(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?)", rows)
        con.commit()
    found = labels(database)
    assert found[1] == ("good",)
    assert found[2] == ("bad", "x")
    feed = ChangeFeed(database)
    assert len(feed.changes().runs) == 3
    save(database, (1, ("good",), ("dark",)))
    assert [row.labels for row in feed.changes().runs if row.key == key(1)] == [("dark",)]
    save(database, (1, ("dark",), ("cold",)))  # of the same length
    assert [row.labels for row in feed.changes().runs if row.key == key(1)] == [("cold",)]
    feed.close()


def test_read_only_database_shows_labels(database):
    save(database, (1, (), ("good",)))
    database.path.chmod(0o444)
    assert labels(Database(database.path)) == {1: ("good",)}


@pytest.mark.parametrize(
    "word", ["", "-x", "_x", "a b", "none", "NONE", "x" * (LONGEST_LABEL + 1), "\x1b"]
)
def test_word_that_no_filter_could_name_is_no_label(word):
    with pytest.raises(BadLabel):
        parse_label(word)


@pytest.mark.parametrize(
    ("word", "label"), [("Good", "good"), ("sample-7", "sample-7"), ("Ä1", "ä1")]
)
def test_label_is_stored_in_lower_case(word, label):
    assert parse_label(word) == label


def test_good_and_bad_exclude_each_other():
    assert with_labels(("bad", "dark"), ["good"]) == ("dark", "good")
    assert with_labels(("good",), ["bad"]) == ("bad",)
    assert with_labels(("good",), ["dark"], ["good"]) == ("dark",)
    with pytest.raises(BadLabel, match="A run is good or bad, not both"):
        with_labels((), ["good", "bad"])


def test_label_cannot_be_added_and_removed_at_once():
    with pytest.raises(BadLabel, match="dark is to be added and removed"):
        with_labels((), ["dark", "good"], ["dark"])


def test_run_has_a_limited_number_of_labels():
    many = [f"label{n}" for n in range(MOST_LABELS)]
    with pytest.raises(BadLabel, match="at most"):
        with_labels(many, ["one-more"])


def test_none_stands_for_runs_without_labels():
    assert has_label((), "none")
    assert not has_label(("good",), "None")
    assert has_label(("good",), "GOOD")
