"""The table after random errors and changes, compared with a fresh start."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from contextlib import closing, contextmanager

import pytest

from damnit_daemon.model import VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Database,
    NewValue,
    add_note,
    change_tracker,
    create_database,
    ensure_run,
    load_columns,
    load_notes,
    load_runs,
    load_values,
    rowid_blocks,
    save_values,
    update_computed_variables,
)
from damnit_tui.data import feed as feed_module
from damnit_tui.fixed_columns import FIXED
from tests.tui.conftest import NOW, database_of, key, make_app, png, until

from .budget import report, rounds

NAMES = ["a", "b.c", "comment", "d", "e.picture"]
LATER = "UPDATE run_variables SET value = ?, timestamp = ? WHERE run = 7"
ERRORS = [
    (sqlite3.SQLITE_BUSY, "database is locked"),
    (sqlite3.SQLITE_IOERR | (1 << 8), "disk I/O error"),
    (sqlite3.SQLITE_CORRUPT, "database disk image is malformed"),
    (sqlite3.SQLITE_CANTOPEN, "unable to open database file"),
    (sqlite3.SQLITE_FULL, "database or disk is full"),
]


class Weather:
    """Which statement of the app fails next."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.failing = 0.0
        """Of all statements, how many fail."""
        self.failed = 0
        self.spared: list[Database] = []

    def strike(self) -> None:
        if self.rng.random() >= self.failing:
            return
        self.failed += 1
        if self.rng.random() < 0.1:
            raise OSError(5, "Input/output error", "runs.sqlite")
        code, text = self.rng.choice(ERRORS)
        error = sqlite3.OperationalError(text)
        error.sqlite_errorcode = code
        raise error


@pytest.fixture
def weather(monkeypatch):
    """Have the statements of all databases fail as it is; but for those in `spared`."""
    weather, connect = Weather(random.Random(0)), Database.connect

    class Connection(sqlite3.Connection):
        def execute(self, *arguments):
            weather.strike()
            return super().execute(*arguments)

    def connect_exposed(self, mode):
        if self in weather.spared:
            return connect(self, mode)
        weather.strike()
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=0.01,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )

    monkeypatch.setattr(Database, "connect", connect_exposed)
    return weather


class Elsewhere:
    """Programs that change the folder, or keep others from it."""

    def __init__(self, folder: DamnitFolder, weather: Weather, rng: random.Random) -> None:
        self.folder, self.weather, self.rng = folder, weather, rng
        self.database = database_of(folder)
        weather.spared.append(self.database)
        self.now = NOW

    def step(self) -> None:
        """Do one thing."""
        kinds = [
            *[self.write] * 6, self.delete_value, self.delete_run, self.delete_variable,
            self.add_variable, self.change_start, self.note, self.fail, self.fail_often,
            self.replace, self.move_away,
        ]  # fmt: skip
        self.rng.choice(kinds)()

    @contextmanager
    def writing(self):
        self.now += 1
        with self.database.writing() as con:
            yield con

    def a_run(self):
        return key(self.rng.randrange(1, 40))

    def write(self):
        run = self.a_run()
        values = [
            NewValue(run, name, png() if name == "e.picture" else self.rng.random())
            for name in self.rng.sample(NAMES, self.rng.randrange(1, 4))
        ]
        with self.writing() as con:
            ensure_run(con, run, added_at=self.now, start_time=NOW - self.rng.randrange(999))
            save_values(con, values, now=self.now)

    def delete_value(self):
        with self.writing() as con:
            con.execute(
                "DELETE FROM run_variables WHERE rowid IN "
                "(SELECT rowid FROM run_variables ORDER BY random() LIMIT 3)"
            )

    def delete_run(self):
        run = self.a_run()
        with self.writing() as con:
            con.execute("DELETE FROM run_info WHERE run = ?", (run.run,))
            con.execute("DELETE FROM run_variables WHERE run = ?", (run.run,))

    def delete_variable(self):
        name = self.rng.choice(NAMES)
        with self.writing() as con:
            con.execute("DELETE FROM run_variables WHERE name = ?", (name,))
            con.execute("DELETE FROM variables WHERE name = ?", (name,))

    def add_variable(self):
        names = self.rng.sample(NAMES, 2)
        infos = [VariableInfo(name, f"{name} {self.rng.randrange(99)}") for name in names]
        with self.writing() as con:
            update_computed_variables(con, infos)

    def change_start(self):
        with self.writing() as con:
            con.execute(
                "UPDATE run_info SET start_time = ? WHERE run = ?",
                (NOW - self.rng.randrange(999), self.a_run().run),
            )

    def note(self):
        with self.writing() as con:
            con.execute("DELETE FROM time_comments WHERE rowid % 3 = 0")
            add_note(con, NOW - self.rng.randrange(999), f"note {self.now}")

    def fail(self):
        self.weather.failing = self.rng.choice([0.0, 0.02, 0.1])

    def fail_often(self):
        self.weather.failing = 0.5

    def replace(self):
        path = self.folder.database
        other = path.with_name("other.sqlite")
        if self.rng.random() < 0.5:
            shutil.copy(path, other)
        else:
            other.unlink(missing_ok=True)
            create_database(other, proposal=1234, context_python=None)
        other.replace(path)

    def move_away(self):
        path = self.folder.database
        path.rename(path.with_name("away.sqlite"))
        path.with_name("away.sqlite").rename(path)


@contextmanager
def locked(folder):
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as con:
        con.execute("BEGIN EXCLUSIVE")
        yield con
        con.execute("COMMIT")


def stored(database):
    """What a fresh start shows."""
    with database.reading() as con:
        return (
            {run.key: run.start_time for run in load_runs(con)},
            {(v.key, v.name): (v.value, v.attributes_json) for v in load_values(con)},
            {(c.name, c.title) for c in load_columns(con) if c.name != "comment"},
            [(note.timestamp, note.text) for note in load_notes(con)],
        )


def shown(app):
    """What the table holds."""
    table = app.main_screen.table
    rows = table.rows
    values = {
        (run, column.name): (value.value, value.attributes_json)
        for run in rows.all_keys
        for column in rows.columns
        if (value := rows.value(run, column.name)) is not None
    }
    return (
        {run: rows.run(run).start_time for run in rows.all_keys},
        values,
        {(c.name, c.title) for c in rows.columns if c not in FIXED},
        [(note.timestamp, note.text) for note in table.lines.notes],
    )


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(feed_module, "POLL_S", 0.01)
    monkeypatch.setattr(feed_module, "RETRY_S", 0.02)
    monkeypatch.setattr(feed_module, "PORTION", 5)
    monkeypatch.setattr(rowid_blocks, "BLOCK_BITS", 3)
    monkeypatch.setattr(change_tracker, "PORTION", 2)
    monkeypatch.setattr(change_tracker, "MOST_AT_ONCE", 1)


async def test_table_equals_a_fresh_start_after_random_errors_and_changes(tmp_path, weather):
    seed = int(os.environ.get("DAMNIT_FUZZ_SEED", random.randrange(10**6)))
    print("seed", seed)
    rng, weather.rng = random.Random(seed), random.Random(seed)
    path = tmp_path / "amore"
    path.mkdir()
    (path / "context.py").write_text("")
    create_database(path / "runs.sqlite", proposal=1234, context_python=None)
    folder = DamnitFolder(path)
    elsewhere = Elsewhere(folder, weather, rng)
    for _ in range(60):
        elsewhere.write()
    app = make_app(folder)
    main = app.main_screen
    main.feed._pace_s = 0.0
    steps = 0
    async with app.run_test(size=(100, 20)) as pilot:
        for _ in rounds(15):
            for _ in range(rng.randrange(1, 8)):
                steps += 1
                if rng.random() < 0.3:
                    with locked(folder) as con:
                        con.execute(LATER, (steps, NOW + steps))
                        await pilot.pause(rng.choice([0.0, 0.03, 0.06]))
                else:
                    elsewhere.step()
                await pilot.pause(rng.choice([0.0, 0.0, 0.02]))
            weather.failing = 0.0
            expected = stored(elsewhere.database)
            try:
                await until(pilot, lambda expected=expected: shown(app) == expected)
            except AssertionError:
                for mine, theirs in zip(shown(app), expected, strict=True):
                    assert mine == theirs
                raise
            await until(pilot, lambda: not main.feed.health.problem)
    report("table after errors", tried=steps, survived=steps, told=weather.failed, wrong=0)
