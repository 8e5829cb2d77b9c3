"""The change feed of the run database."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.model import Blob, BlobKind, RunKey, RunRow, VariableInfo
from damnit_daemon.store import (
    ChangeFeed,
    Changes,
    Database,
    DatabaseBusy,
    DatabaseMissing,
    NewValue,
    NotADatabase,
    StoreError,
    create_database,
    ensure_run,
    migrate,
    save_setting,
    save_values,
    update_computed_variables,
)
from damnit_daemon.store.change_feed import OVERLAP_S
from damnit_daemon.store.change_tracker import ChangeTracker

from .conftest import KEY, run_script

OTHER = RunKey(1234, 8)
NOW = 10_000.0


@pytest.fixture
def live(database):
    """A watched database with one run that has two values; nothing is news."""
    with database.writing() as con:
        ensure_run(con, KEY, added_at=1.0)
        save_values(con, [NewValue(KEY, "a", 1), NewValue(KEY, "b", 2)], now=NOW - 1000)
    live = ChangeFeed(database, now=lambda: NOW)
    live.changes()
    yield live
    live.close()


def save(database, *values, now=NOW):
    with database.writing() as con:
        save_values(con, [NewValue(*value) for value in values], now=now)


def seen(changes):
    return [(value.key, value.name, value.value) for value in changes.values]


def test_first_poll_reports_database_as_new(database):
    save(database, (KEY, "a", 1))
    with closing(ChangeFeed(database, now=lambda: NOW)) as live:
        assert live.changed()
        changes = live.changes()

    assert changes.is_new
    assert changes.runs == (RunRow(KEY, None, NOW),)
    assert [column.name for column in changes.columns] == ["a"]
    assert changes.values == ()


def test_change_feed_follows_empty_database(database):
    with closing(ChangeFeed(database, now=lambda: NOW)) as live:
        assert live.changes().is_new
        save(database, (KEY, "a", 1))
        assert seen(live.changes()) == [(KEY, "a", 1)]


def test_unchanged_database_gives_no_changes(live):
    assert not live.changed()
    assert not live.changes()
    assert live.changes() == Changes()


def test_write_is_reported_until_changes_are_read(live, database):
    save(database, (KEY, "a", 10))

    assert live.changed()
    assert live.changed()
    assert seen(live.changes()) == [(KEY, "a", 10)]
    assert not live.changed()
    assert not live.changes()


def test_new_run_with_new_variable_is_reported(live, database):
    save(database, (OTHER, "c", 3))

    changes = live.changes()

    assert changes.runs == (RunRow(OTHER, None, NOW),)
    assert [column.name for column in changes.columns] == ["a", "b", "c"]
    assert seen(changes) == [(OTHER, "c", 3)]
    assert not changes.is_new


def test_run_without_values_is_reported(live, database):
    with database.writing() as con:
        ensure_run(con, OTHER, added_at=5.0)

    assert live.changes() == Changes(runs=(RunRow(OTHER, None, 5.0),))


def test_changed_start_time_is_reported(live, database):
    with database.writing() as con:
        ensure_run(con, KEY, added_at=5.0, start_time=7.0)

    assert live.changes() == Changes(runs=(RunRow(KEY, 7.0, 1.0),))


def test_changed_title_is_reported(live, database):
    with database.writing() as con:
        update_computed_variables(con, [VariableInfo("a", "Energy", tags=("beam",))])

    changes = live.changes()

    assert [(c.title, c.tags) for c in changes.columns] == [("Energy", ("beam",)), ("b", ())]
    assert not changes.values


def test_changed_blob_is_reported_by_kind_and_size(live, database):
    save(database, (KEY, "a", b"\x89PNG\r\n\x1a\n"))

    assert seen(live.changes()) == [(KEY, "a", Blob(BlobKind.PNG, 8))]


@pytest.mark.parametrize("late_s", [0.0, 60.0, OVERLAP_S - 1])
def test_value_with_earlier_timestamp_is_reported(live, database, late_s):
    save(database, (KEY, "a", 10))
    live.changes()

    save(database, (KEY, "b", 20), now=NOW - late_s)

    assert seen(live.changes()) == [(KEY, "b", 20)]


def test_new_row_with_very_old_timestamp_is_reported(live, database):
    save(database, (KEY, "a", 10))
    live.changes()

    save(database, (KEY, "c", 30), (OTHER, "a", 40), now=5.0)

    assert sorted(seen(live.changes())) == [(KEY, "c", 30), (OTHER, "a", 40)]


def test_value_with_future_timestamp_hides_no_later_change(live, database):
    save(database, (KEY, "a", 10), now=NOW + 100_000)
    assert seen(live.changes()) == [(KEY, "a", 10)]

    save(database, (KEY, "b", 20), now=NOW)

    assert seen(live.changes()) == [(KEY, "b", 20)]
    assert not live.changes()


def test_second_write_with_equal_timestamp_is_reported(live, database):
    save(database, (KEY, "a", 10))
    live.changes()

    save(database, (KEY, "a", 11))

    assert seen(live.changes()) == [(KEY, "a", 11)]


def test_deleted_value_is_reported(live, database, other):
    other.execute("DELETE FROM run_variables WHERE name = 'b'")

    assert live.changes() == Changes(removed_values=((KEY, "b"),))


def test_deleted_and_added_values_are_reported_together(live, database, other):
    other.execute("DELETE FROM run_variables WHERE name = 'b'")
    save(database, (KEY, "c", 3))

    changes = live.changes()

    assert changes.removed_values == ((KEY, "b"),)
    assert seen(changes) == [(KEY, "c", 3)]


def test_deleted_variable_is_reported(live, other):
    other.execute("DELETE FROM run_variables WHERE name = 'b'")
    other.execute("DELETE FROM variables WHERE name = 'b'")

    changes = live.changes()

    assert [column.name for column in changes.columns] == ["a"]
    assert changes.removed_values == ((KEY, "b"),)


def test_deleted_run_is_reported(live, other):
    other.execute("DELETE FROM run_info")
    other.execute("DELETE FROM run_variables")

    changes = live.changes()

    assert changes.removed_runs == (KEY,)
    assert set(changes.removed_values) == {(KEY, "a"), (KEY, "b")}


def test_change_feed_holds_no_lock(live, database, other):
    live.changed()
    live.changes()

    other.execute("BEGIN EXCLUSIVE")
    other.execute("ROLLBACK")


def test_locked_database_delays_but_loses_no_change(live, database, other):
    save(database, (KEY, "a", 10))
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseBusy):
        live.changes()
    other.execute("ROLLBACK")

    assert seen(live.changes()) == [(KEY, "a", 10)]


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR])
def test_error_during_poll_loses_no_change(live, database, monkeypatch, code):
    save(database, (KEY, "a", 10))
    with database.writing() as con:
        ensure_run(con, OTHER, added_at=2.0)

    def fail(*_):
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        raise error

    with monkeypatch.context() as context, pytest.raises(StoreError):
        context.setattr(ChangeTracker, "_finish", fail)
        live.changes()

    assert live.changed()
    changes = live.changes()
    assert changes.is_new
    assert [row.key for row in changes.runs] == [KEY, OTHER]


def test_database_removed_and_restored_is_followed(live, database, tmp_path):
    database.path.rename(tmp_path / "away")
    for look in (live.changed, live.changes, live.changed):
        with pytest.raises(DatabaseMissing):
            look()

    (tmp_path / "away").rename(database.path)

    assert live.changed()
    assert live.changes().is_new
    save(database, (KEY, "a", 10))
    assert seen(live.changes()) == [(KEY, "a", 10)]


def test_replaced_database_file_is_reported_as_new(live, database, tmp_path):
    new = create_database(tmp_path / "new.sqlite", proposal=1, context_python=None)
    save(new, (OTHER, "z", 26))
    new.path.replace(database.path)

    assert live.changed()
    changes = live.changes()
    assert changes.is_new
    assert [row.key for row in changes.runs] == [OTHER]
    assert not live.changes()


def test_database_content_replaced_by_backup_api_is_reported_as_new(live, database, tmp_path):
    new = create_database(tmp_path / "new.sqlite", proposal=1, context_python=None)
    save(new, *((RunKey(1, run), "z", run) for run in range(500)))
    with (
        closing(sqlite3.connect(new.path)) as source,
        closing(sqlite3.connect(database.path)) as to,
    ):
        source.backup(to)

    assert live.changed()
    assert live.changes().is_new


def test_database_content_replaced_by_older_copy_is_reported_as_new(live, database, tmp_path):
    shutil.copy(database.path, tmp_path / "backup.sqlite")
    save(database, (KEY, "a", 10))
    live.changes()
    with (
        closing(sqlite3.connect(tmp_path / "backup.sqlite")) as source,
        closing(sqlite3.connect(database.path)) as to,
    ):
        source.backup(to)

    assert live.changes().is_new


def test_overwritten_and_restored_database_is_reported_as_new(live, database):
    content = database.path.read_bytes()
    database.path.write_bytes(b"not a database, " * 1000)
    with pytest.raises(NotADatabase):
        live.changes()

    database.path.write_bytes(content)

    assert live.changes().is_new


def test_database_created_later_is_followed(path):
    with closing(ChangeFeed(Database(path))) as live:
        with pytest.raises(DatabaseMissing):
            live.changed()
        create_database(path, proposal=1, context_python=None)
        assert live.changed()
        assert live.changes().is_new


def test_old_database_is_followed_through_its_migration(make_old_database):
    path = make_old_database(1)
    database = Database(path)
    with closing(ChangeFeed(database, now=lambda: 1.7e9)) as live:
        live.changes()
        run_script(path, "UPDATE run_variables SET value = 5, timestamp = 1700000201.0")
        assert seen(live.changes()) == [(KEY, "energy", 5)]

        migrate(path)

        assert live.changed()
        assert live.changes().is_new
        with database.writing() as con:
            update_computed_variables(con, [VariableInfo("energy", "E", tags=("beam",))])
        assert live.changes().columns[0].tags == ("beam",)


def test_change_of_settings_gives_no_changes(live, database):
    with database.writing() as con:
        save_setting(con, "slurm_time", "01:00:00")

    assert live.changed()
    assert not live.changes()
    assert not live.changed()


def test_change_feed_can_be_closed_twice(live):
    live.close()
    live.close()
    assert live.changed()
    assert live.changes().is_new


def test_changes_of_many_runs_and_variables_are_reported(live, database, other):
    save(database, *((RunKey(1, run), f"v{run % 7}_{run % 11}", run) for run in range(300)))
    live.changes()

    other.execute("DELETE FROM run_variables WHERE proposal = 1 AND run % 100 = 50")

    assert live.changes().removed_values == tuple(
        (RunKey(1, run), f"v{run % 7}_{run % 11}") for run in (50, 150, 250)
    )
