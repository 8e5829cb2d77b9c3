"""The feed's updates for the screen, from real databases and with a fixed clock."""

import shutil
import sqlite3
import threading
import time
from contextlib import closing, contextmanager

import pytest

from damnit_daemon.store import NewValue, add_note, change_tracker, rowid_blocks, save_values
from damnit_daemon.store.errors import StorageFailed
from damnit_tui.data import feed as feed_module
from damnit_tui.data.feed import Feed, Health, NotesRead, Update
from damnit_tui.data.session import Session
from tests.daemon.store.conftest import values_of

from ..conftest import NOW, RUNS, add_run, database_of, key, make_folder

FIRST_S = 60.0


class Listener:
    """Takes in what a feed yields, in a thread, as the screen does."""

    def __init__(self, folder):
        self.session = Session(folder, clock=lambda: NOW)
        self.feed = Feed(self.session, pace_s=0.0, clock=lambda: NOW)
        self.item = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.feed.stop()
        self._thread.join(FIRST_S)
        self.session.close()
        assert not self._thread.is_alive()

    def _listen(self):
        for item in self.feed.updates():
            with self._changed:
                self.item.append(item)
                self._changed.notify_all()
            if isinstance(item, Update):
                self.feed.acknowledge()

    def until(self, condition):
        end_s = time.monotonic() + FIRST_S
        with self._changed:
            while not condition(self):  # the health of the feed changes without news
                assert time.monotonic() < end_s, self.item
                self._changed.wait(0.05)

    @property
    def updates(self):
        return [item for item in self.item if isinstance(item, Update)]

    @property
    def notes(self):
        return [item.notes for item in self.item if isinstance(item, NotesRead)]

    @property
    def cells(self):
        """What a table that follows the updates holds."""
        held = {}
        for update in self.updates:
            if update.restart:
                held = {}
            if not update.live and update.portion is None:
                held = {cell: v for cell, v in held.items() if cell[0] not in update.complete}
            values = [*update.values, *(values_of(update.portion) if update.portion else ())]
            held.update(((value.key, value.name), value.value) for value in values)
            for cell in update.removed_values:
                held.pop(cell, None)
        return held

    @property
    def runs(self):
        """The runs of a table that follows the updates."""
        listed = set()
        for update in self.updates:
            if update.has_all_runs:
                listed = set()
            listed.update(run.key for run in update.runs)
            listed.difference_update(update.removed_runs)
        return listed


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(feed_module, "POLL_S", 0.01)
    monkeypatch.setattr(feed_module, "RETRY_S", 0.05)
    monkeypatch.setattr(feed_module, "PORTION", 5)


@contextmanager
def locked(folder):
    with closing(sqlite3.connect(folder.database)) as con:
        con.execute("BEGIN EXCLUSIVE")
        yield
        con.rollback()


def test_feed_delivers_the_newest_runs_first(folder):
    with Listener(folder) as listener:
        listener.until(lambda s: s.feed.has_all)
        first = listener.updates[0]
        assert first.restart
        assert first.proposal == 1234
        assert {run.key.run for run in first.runs} == set(RUNS)
        assert key(412) in first.complete
        assert "XGM/Intensity" in {column.title for column in first.columns}


def test_feed_has_all_values_once_it_reports_completeness(folder):
    with Listener(folder) as listener:
        listener.until(lambda s: s.feed.has_all)
        for run in RUNS:
            assert (key(run), "ratio") in listener.cells
        complete = {k for update in listener.updates for k in update.complete}
        assert complete == {key(run) for run in RUNS}


def test_feed_loads_requested_variables_first(folder, monkeypatch):
    monkeypatch.setattr(rowid_blocks, "BLOCK_BITS", 3)
    monkeypatch.setattr(change_tracker, "PORTION", 2)
    monkeypatch.setattr(change_tracker, "MOST_AT_ONCE", 1)
    listener = Listener(folder)
    listener.feed.first_names = frozenset({"ratio"})
    with listener:
        listener.until(lambda s: s.feed.has_all)
    first, *_ = [update.ahead for update in listener.updates if update.ahead]
    assert {(name, run) for name, _, run, _ in first} == {("ratio", run) for run in RUNS}


def test_feed_delivers_changes_and_deletions_of_other_programs(folder):
    with Listener(folder) as listener:
        listener.until(lambda s: s.feed.has_all)
        add_run(folder, 413, NewValue(key(413), "ratio", 0.125))
        listener.until(lambda s: s.cells.get((key(413), "ratio")) == 0.125)
        assert [u for u in listener.updates if u.live and key(413) in u.complete]
        with database_of(folder).writing() as con:
            con.execute("DELETE FROM run_variables WHERE run = 412 AND name = 'ratio'")
        listener.until(lambda s: (key(412), "ratio") not in s.cells)


def test_feed_waits_for_a_missing_database(empty_folder, tmp_path):
    with Listener(empty_folder) as listener:
        listener.until(lambda s: s.item)
        (health,) = [item for item in listener.item if isinstance(item, Health)]
        assert health.missing
        assert health.has_context_file
        other = make_folder(tmp_path / "other")
        shutil.move(other.database, empty_folder.database)
        listener.until(lambda s: (key(412), "ratio") in s.cells)
        assert listener.feed.health == Health(read_at=NOW)


def test_feed_reports_a_broken_database_and_its_repair(folder):
    good = folder.database.read_bytes()
    folder.database.write_bytes(b"this is no database" * 100)
    with Listener(folder) as listener:
        listener.until(lambda s: s.item)
        assert listener.item[0].problem
        folder.database.write_bytes(good)
        listener.until(lambda s: s.feed.has_all)
        assert not listener.feed.health.problem


def test_feed_reports_a_locked_database_and_waits(folder, monkeypatch):
    with Listener(folder) as listener:
        listener.session.database.timeout_s = 0.05
        listener.until(lambda s: s.feed.has_all)
        add_run(folder, 413)
        listener.until(lambda s: (key(413), "ratio") in s.cells)
        with locked(folder):
            listener.until(lambda s: s.feed.health.problem)
        listener.until(lambda s: not s.feed.health.problem)
        assert (key(412), "ratio") in listener.cells


def test_feed_keeps_all_runs_after_a_lock(folder):
    with Listener(folder) as listener:
        listener.session.database.timeout_s = 0.05
        listener.until(lambda s: s.feed.has_all)
        for run in (413, 414):
            with locked(folder):
                listener.until(lambda s: s.feed.health.problem)
            listener.until(lambda s: not s.feed.health.problem)
            add_run(folder, run)
            listener.until(lambda s, run=run: (key(run), "ratio") in s.cells)
        assert listener.runs == {key(run) for run in (*RUNS, 413, 414)}
        assert sum(update.restart for update in listener.updates) == 1


def test_feed_drops_values_deleted_while_it_loads(folder, monkeypatch):
    monkeypatch.setattr(rowid_blocks, "BLOCK_BITS", 3)
    monkeypatch.setattr(change_tracker, "PORTION", 1)
    with database_of(folder).writing() as con:
        # The last block is read at once: there something else stands.
        save_values(con, [NewValue(key(395), f"v{n}", n) for n in range(20)], now=NOW)
    listener = Listener(folder)
    first = listener.feed.shown = (key(412),)
    with listener:
        listener.until(lambda s: [u for u in s.updates if u.complete == first])
        with database_of(folder).writing() as con:
            con.execute("DELETE FROM run_variables WHERE run = 412")
        listener.until(lambda s: s.feed.has_all)
        listener.until(lambda s: not [name for k, name in s.cells if k == key(412)])


def test_feed_keeps_notes_through_a_failed_read(folder, monkeypatch):
    with database_of(folder).writing() as con:
        add_note(con, NOW, "beam is back")
    with Listener(folder) as listener:
        listener.until(lambda s: s.notes)
        edits, load, failed = listener.session.edits, listener.session.edits.load_notes, []

        def failing():
            if len(failed) < 2:
                failed.append(1)
                raise StorageFailed(folder.database, "disk I/O error")
            return load()

        monkeypatch.setattr(edits, "load_notes", failing)
        with database_of(folder).writing() as con:
            add_note(con, NOW + 1, "and gone")
        listener.until(lambda s: len(s.notes[-1]) == 2)
        assert [len(notes) for notes in listener.notes] == [1, 2]


def test_feed_reloads_a_replaced_database(folder, tmp_path):
    with Listener(folder) as listener:
        listener.until(lambda s: s.feed.has_all)
        other = make_folder(tmp_path / "other")
        add_run(other, 500, NewValue(key(500), "ratio", 5.0))
        other.database.replace(folder.database)
        listener.until(lambda s: s.cells.get((key(500), "ratio")) == 5.0)
        listener.until(lambda s: s.feed.has_all)
        assert listener.runs == {key(run) for run in (*RUNS, 500)}
        assert sum(update.restart for update in listener.updates) == 2


def test_feed_holds_updates_until_the_previous_one_was_applied(folder):
    session = Session(folder, clock=lambda: NOW)
    feed = Feed(session, clock=lambda: NOW)
    updates = (item for item in feed.updates() if isinstance(item, Update))
    next(updates)
    second = threading.Thread(target=next, args=(updates,))
    second.start()
    time.sleep(0.05)
    assert second.is_alive()
    feed.acknowledge()
    second.join(FIRST_S)
    assert not second.is_alive()
    feed.stop()
    session.close()


def test_feed_offers_the_first_update_without_waiting(folder):
    session = Session(folder, clock=lambda: NOW)
    feed = Feed(session, clock=lambda: NOW)
    assert feed.prepared_update() is None
    session.first_page.begin()
    session.first_page.peek(FIRST_S)
    update = feed.prepared_update()
    assert update.restart
    assert feed.prepared_update() is None
    following = next(item for item in feed.updates() if isinstance(item, Update))
    assert not following.restart
    session.close()
