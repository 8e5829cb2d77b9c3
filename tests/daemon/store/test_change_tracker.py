"""Reading of the whole database in portions, and changes found meanwhile."""

from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damnit_daemon.model import Blob, BlobKind, RunKey
from damnit_daemon.model.batch import ANY
from damnit_daemon.store import (
    ChangeFeed,
    DatabaseBusy,
    NewValue,
    change_tracker,
    create_database,
    rowid_blocks,
    save_values,
)
from damnit_daemon.store.rowid_blocks import LARGE
from damnit_daemon.store.values import load_values

from .conftest import run_script, values_of

RUNS = [RunKey(1234, run) for run in range(1, 9)]
NAMES = ["a", "b", "c"]
NOW = 10_000.0
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(rowid_blocks, "BLOCK_BITS", 2)


@pytest.fixture
def full(database):
    """A database with eight runs of three values."""
    save(database, *((key, name, key.run) for key in RUNS for name in NAMES), now=NOW - 1000)
    return database


@pytest.fixture
def live(full):
    """It, watched from now on, with all that was in it seen."""
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        live.changes()
        walk(live)
        yield live


def save(database, *values, now=NOW):
    with database.writing() as con:
        save_values(con, [NewValue(*value) for value in values], now=now)


def walk(live):
    """All that walking gives, until there is nothing to do."""
    found = []
    while (changes := live.walk()) is not None:
        found.append(changes)
    return found


def walked(live):
    """The values that walking gives."""
    portions = [changes.portion for changes in walk(live) if changes.portion]
    return [value for portion in portions for value in values_of(portion)]


def cells(changes):
    return {(value.key, value.name): value.value for each in changes for value in each.values}


def test_walk_reads_each_value_once(full):
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        assert live.walk() is None
        live.changes()
        assert not live.has_all
        given = walked(live)
        assert live.has_all
        assert live.walk() is None
    with full.reading() as con:
        assert sorted(given, key=str) == sorted(load_values(con), key=str)


def test_walk_reads_last_rows_first(full, monkeypatch):
    monkeypatch.setattr("damnit_daemon.store.change_tracker.PORTION", 1)
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        live.changes()
        assert RUNS[-1] in live.walk().portion.keys


@pytest.mark.parametrize("near", [[], [RUNS[0]]])
def test_rewritten_value_is_found_at_any_position(live, full, near):
    save(full, (RUNS[0], "a", 77))
    at_once = live.changes(near)
    assert cells([at_once]) == ({(RUNS[0], "a"): 77} if near else {})
    assert cells([at_once, *walk(live)]) == {(RUNS[0], "a"): 77}
    assert live.walk() is None


def test_lock_during_walk_hides_no_change(live, full, other):
    save(full, (RUNS[0], "a", 77), (RUNS[-1], "c", 78))
    found = [live.changes()]
    for _ in range(3):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseBusy):
            live.walk()
        other.execute("ROLLBACK")
    assert cells([*found, *walk(live)])[RUNS[0], "a"] == 77


def test_second_change_in_a_changed_block_is_found_in_next_poll(live, full):
    save(full, (RUNS[0], "a", 77))
    live.changes()
    walk(live)
    save(full, (RUNS[0], "b", 78), now=NOW + 1)
    assert cells([live.changes()]) == {(RUNS[0], "b"): 78}


def test_value_with_old_timestamp_is_found_by_walk(live, full):
    save(full, (RUNS[0], "a", 77), now=NOW - 5000)
    live.changes()
    assert cells(walk(live))[RUNS[0], "a"] == 77


def test_deleted_value_is_found_at_any_position(live, full):
    run_script(full.path, "DELETE FROM run_variables WHERE run = 1 AND name = 'b'")
    removed = [cell for each in [live.changes(), *walk(live)] for cell in each.removed_values]
    assert removed == [(RUNS[0], "b")]


def test_deleted_run_is_found_in_next_poll(live, full):
    run_script(
        full.path, "DELETE FROM run_info WHERE run = 2; DELETE FROM run_variables WHERE run = 2"
    )
    changes = live.changes()
    assert changes.removed_runs == (RUNS[1],)
    assert set(changes.removed_values) == {(RUNS[1], name) for name in NAMES}


def test_run_exists_while_it_has_values(live, full):
    run_script(full.path, "DELETE FROM run_info WHERE run = 2")
    changes = live.changes()
    assert [(row.key, row.added_at) for row in changes.runs] == [(RUNS[1], None)]
    run_script(full.path, "DELETE FROM run_variables WHERE run = 2")
    gone = [key for each in [live.changes(), *walk(live)] for key in each.removed_runs]
    assert gone == [RUNS[1]]


def test_deleted_variable_is_removed_from_all_runs_in_one_poll(live, full):
    run_script(
        full.path,
        "DELETE FROM variables WHERE name = 'b'; DELETE FROM run_variables WHERE name = 'b'",
    )
    changes = live.changes()
    assert set(changes.removed_values) == {(key, "b") for key in RUNS}
    assert [column.name for column in changes.columns] == ["a", "c"]


def test_row_that_reuses_a_rowid_is_reported(live, full):
    run_script(full.path, "DELETE FROM run_variables WHERE run = 8 AND name = 'c'")
    save(full, (RUNS[7], "d", 4))
    changes = live.changes()
    assert cells([changes]) == {(RUNS[7], "d"): 4}
    assert changes.removed_values == ((RUNS[7], "c"),)


def test_vacuumed_database_loses_no_value(live, full):
    run_script(full.path, "DELETE FROM run_variables WHERE run = 1; VACUUM")
    found = [live.changes(), *walk(live)]
    removed = {cell for each in found for cell in each.removed_values}
    assert removed == {(RUNS[0], name) for name in NAMES}
    save(full, (RUNS[4], "a", 55))
    assert cells([live.changes(), *walk(live)])[RUNS[4], "a"] == 55


def test_many_new_rows_are_reported_in_parts(live, full, monkeypatch):
    monkeypatch.setattr("damnit_daemon.store.change_tracker.MOST_NEW", 3)
    save(full, *((RunKey(1234, run), "a", run) for run in range(100, 150)))
    told = []
    while live.changed():
        told.append(cells([live.changes()]))
    assert len(told) > 3
    assert {cell for part in told for cell in part} == {
        (RunKey(1234, run), "a") for run in range(100, 150)
    }


def test_large_blob_is_not_read(full):
    save(full, (RUNS[0], "p", PNG + bytes(LARGE)))
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        live.changes()
        (large,) = (value for value in walked(live) if value.name == "p")
    assert large.value == Blob(BlobKind.PNG, LARGE + 8)
    assert large.timestamp == 0.0


def test_large_blob_of_equal_size_is_checked_near_visible_runs(full):
    save(full, (RUNS[0], "p", PNG + bytes(LARGE)), now=NOW - 1000)
    save(full, *((key, "z", 1) for key in RUNS), now=NOW - 1000)
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        live.changes()
        walk(live)
        save(full, (RUNS[0], "p", PNG + bytes([1]) * LARGE), now=NOW + 1)
        live.changes([RUNS[0]])
        assert [v.timestamp for each in walk(live) for v in each.values] == [NOW + 1]


def test_undefined_variable_becomes_a_column_once_read(full):
    run_script(
        full.path,
        "UPDATE run_variables SET name = 'stray' WHERE run = 1 AND name = 'a'",
    )
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        assert "stray" not in [column.name for column in live.changes().columns]
        (told,) = (each.columns for each in walk(live) if each.columns)
    assert "stray" in [column.name for column in told]


def test_walk_reads_old_formats(make_old_database):
    from damnit_daemon.store import Database

    for version in (1, 2, 3):
        path = make_old_database(version)
        with closing(ChangeFeed(Database(path), now=lambda: NOW)) as live:
            live.changes()
            (value,) = walked(live)
        assert value.value == 9.3
        assert value.attributes == ({"units": "keV"} if version > 1 else {})
        path.unlink()


def test_malformed_rows_are_skipped_by_walk(full):
    run_script(
        full.path,
        "INSERT INTO run_variables (proposal, run, name, version, value, timestamp) VALUES "
        "('x', 1, 'a', 1, 1, 1), (1234, 'y', 'a', 1, 1, 1), (1234, 1, x'00', 1, 1, 1), "
        "(1234, 1, 'odd', 1, 1, 'yesterday'), (1234, 2, 'odd', 1, 1, 9e99)",
    )
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        live.changes()
        stored = walked(live)
    assert {value.key for value in stored} == set(RUNS)
    assert sorted(v.timestamp for v in stored if v.name == "odd") == [0.0, 9e99]


WRITES = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(RUNS), st.sampled_from(NAMES), st.integers()),
        st.tuples(st.just("delete"), st.sampled_from(RUNS), st.sampled_from(NAMES)),
        st.tuples(st.just("poll"), st.lists(st.sampled_from(RUNS), max_size=2)),
        st.tuples(st.just("walk")),
    ),
    max_size=25,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(WRITES)
def test_random_changes_leave_follower_with_stored_values(tmp_path_factory, writes):
    path = tmp_path_factory.mktemp("walk") / "runs.sqlite"
    database = create_database(path, proposal=1234, context_python=None)
    save(database, *((key, name, key.run) for key in RUNS[:5] for name in NAMES), now=1.0)
    clock = iter(range(100_000, 200_000))
    held = {}

    def take(changes):
        for value in values_of(changes.portion) if changes.portion else changes.values:
            held[value.key, value.name] = value.value
        for cell in changes.removed_values:
            held.pop(cell, None)

    with closing(ChangeFeed(database, now=lambda: 100_000.0)) as live:
        live.changes()
        for kind, *what in [*writes, ("poll", []), ("walk",)]:
            if kind == "write":
                key, name, value = what
                save(database, (key, name, value % 1000), now=float(next(clock)))
            elif kind == "delete":
                key, name = what
                sql = f"DELETE FROM run_variables WHERE run = {key.run} AND name = '{name}'"
                run_script(path, sql)
            elif kind == "poll":
                take(live.changes(what[0]))
            else:
                for changes in walk(live):
                    take(changes)
    with database.reading() as con:
        assert held == {(v.key, v.name): v.value for v in load_values(con)}


def test_values_of_many_blocks_are_followed_by_their_portions(full, monkeypatch):
    monkeypatch.setattr(change_tracker, "PORTION", 2)
    monkeypatch.setattr(change_tracker, "MOST_AT_ONCE", 2)
    save(full, (RUNS[0], "picture", PNG), (RUNS[0], "nothing", None))
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        live.changes()
        found = walk(live)
    ahead = [row for changes in found for row in changes.ahead]
    whole = [v for c in found if c.portion for v in values_of(c.portion)]
    assert sorted(ahead, key=str) == sorted(
        [
            (v.name, *v.key, b"" if v.name == "picture" else v.value)
            for v in whole
            if v.name != "nothing"
        ],
        key=str,
    )
    kinds = [bool(changes.ahead) for changes in found]
    assert kinds == sorted(kinds, reverse=True), "all of them come before the first portion"
    assert {len(c.ahead) > 0 and c.portion is None for c in found[: sum(kinds)]} == {True}


@pytest.fixture
def many(full, monkeypatch):
    """The same in many blocks, with a text and an error in the run that is read last."""
    monkeypatch.setattr(change_tracker, "PORTION", 1)
    monkeypatch.setattr(change_tracker, "PORTION_OF_FEW", 2)
    monkeypatch.setattr(change_tracker, "MOST_AT_ONCE", 1)
    failed = NewValue(RUNS[0], "b", None, attributes={"error": "dark", "error_cls": "Skip"})
    with full.writing() as con:
        save_values(con, [failed, NewValue(RUNS[0], "c", "words")], now=NOW)
    return full


def ahead_of(live, asked=()):
    """What comes ahead next."""
    while not (rows := live.walk(asked).ahead):
        pass
    return [(name, run, value) for name, _, run, value in rows]


def test_requested_variables_are_walked_first(many):
    with closing(ChangeFeed(many, now=lambda: NOW)) as live:
        live.changes()
        found = []
        while len(found) < len(RUNS):
            found += ahead_of(live, {"a"})
        assert sorted(found) == [("a", run.run, run.run) for run in RUNS]
        assert not live.has_reported({"a"}), "nobody has looked for more"
        assert {name for name, *_ in ahead_of(live, {"a"})} != {"a"}, "then all"
        assert live.has_reported({"a"})
        assert not live.has_reported({"a", "b"})
        while not live.has_reported({"a", "b", ANY}):
            assert live.walk() is not None
        assert not live.has_all
        walk(live)
        assert live.has_reported({"c"})


def test_texts_and_errors_of_any_variable_can_be_requested_first(many):
    with closing(ChangeFeed(many, now=lambda: NOW)) as live:
        live.changes()
        asked = {ANY, "no variable"}
        assert ahead_of(live, asked) == [
            ("b", 1, b'{"error": "dark", "error_cls": "Skip"}'),
            ("c", 1, "words"),
        ]
        assert {run for _, run, _ in ahead_of(live, asked)} == {8}, "then all from the end"


def test_requested_variables_may_change_during_walk(many):
    with closing(ChangeFeed(many, now=lambda: NOW)) as live:
        live.changes()
        assert {name for name, *_ in ahead_of(live, {"a"})} == {"a"}
        found = []
        while len(found) < len(RUNS):
            found += ahead_of(live, {"b"})
        assert {name for name, *_ in found} == {"b"}
        walk(live)
        assert live.walk({"c"}) is None, "all of it is there"


def test_requested_variables_of_small_database_come_with_the_rest(full):
    with closing(ChangeFeed(full, now=lambda: NOW)) as live:
        live.changes()
        assert live.walk({"a"}).portion is not None
        assert not live.has_reported({"a"})
        walk(live)
        assert live.has_reported({"a"})


def test_request_for_rare_variable_does_not_delay_walk(many):
    with closing(ChangeFeed(many, now=lambda: NOW)) as live:
        live.changes()
        nothing = live.walk({"no variable"})
        assert nothing is not None
        assert not nothing, "a look at some blocks, with nothing in them"
        assert not live.has_reported({"no variable"})
        assert ahead_of(live, {"no variable"}), "all the rest"
        assert live.has_reported({"no variable"})
