"""Run databases: new ones, and ones as earlier versions of DAMNIT left them."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from damnit_daemon.model import RunKey, StoredValue
from damnit_daemon.store import create_database

NOBODY = 65534

KEY = RunKey(1234, 7)

V1 = """
CREATE TABLE run_info(proposal, run, start_time, added_at);
CREATE UNIQUE INDEX proposal_run ON run_info (proposal, run);
CREATE TABLE run_variables(proposal, run, name, version, value, timestamp, max_diff,
    provenance, summary_type, summary_method);
CREATE UNIQUE INDEX variable_version ON run_variables (proposal, run, name, version);
CREATE VIEW runs AS SELECT run_info.proposal, run_info.run, start_time, added_at,
    max(CASE WHEN name = 'energy' THEN value END) AS 'energy'
    FROM run_variables INNER JOIN run_info ON run_variables.proposal = run_info.proposal
    AND run_variables.run = run_info.run GROUP BY run_info.run;
CREATE VIEW max_diffs AS SELECT proposal, run,
    max(CASE WHEN name = 'energy' THEN max_diff END) AS 'energy'
    FROM run_variables GROUP BY run;
CREATE TABLE metameta(key PRIMARY KEY NOT NULL, value);
CREATE TABLE variables(name TEXT PRIMARY KEY NOT NULL, type TEXT, title TEXT,
    description TEXT, attributes TEXT);
CREATE TABLE time_comments(timestamp, comment);
INSERT INTO metameta VALUES ('data_format_version', 1), ('proposal', 1234),
    ('db_id', 'c0ffee');
INSERT INTO run_info VALUES (1234, 7, 1700000000.0, 1700000100.0);
INSERT INTO variables (name, title) VALUES ('energy', 'Photon energy');
INSERT INTO run_variables VALUES (1234, 7, 'energy', 1, 9.3, 1700000200.0, 0.5,
    'context.py', NULL, 'mean');
INSERT INTO time_comments VALUES (1700000300, 'beam is back');
"""
V2 = """
ALTER TABLE run_variables ADD COLUMN attributes;
UPDATE run_variables SET attributes = '{"units": "keV"}';
UPDATE metameta SET value = 2 WHERE key = 'data_format_version';
"""
V3 = """
CREATE TABLE tags(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE NOT NULL);
CREATE TABLE variable_tags(variable_name TEXT NOT NULL, tag_id INTEGER NOT NULL,
    FOREIGN KEY (variable_name) REFERENCES variables(name) ON DELETE CASCADE,
    FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE,
    PRIMARY KEY (variable_name, tag_id));
INSERT INTO tags (name) VALUES ('xgm');
INSERT INTO variable_tags VALUES ('energy', 1);
UPDATE metameta SET value = 3 WHERE key = 'data_format_version';
"""
V0 = """
CREATE TABLE runs(proposal, runnr, start_time, added_at, comment, energy);
CREATE UNIQUE INDEX proposal_run ON runs (proposal, runnr);
CREATE TABLE metameta(key PRIMARY KEY NOT NULL, value);
CREATE TABLE variables(name TEXT PRIMARY KEY NOT NULL, type TEXT, title TEXT,
    description TEXT, attributes TEXT);
CREATE TABLE time_comments(timestamp, comment);
INSERT INTO metameta VALUES ('proposal', 1234);
INSERT INTO runs VALUES (1234, 7, 1700000000.0, 1700000100.0, NULL, 9.3);
"""
STEPS = {0: V0, 1: V1, 2: V1 + V2, 3: V1 + V2 + V3}


@pytest.fixture
def path(tmp_path):
    """Where a database would be."""
    return tmp_path / "runs.sqlite"


@pytest.fixture
def database(path):
    """A new database that gives up soon when it is locked."""
    database = create_database(path, proposal=1234, context_python=None)
    database.timeout_s = 0.1
    return database


@pytest.fixture
def make_old_database(path):
    """Make a database of format 0 to 3; of 1 to 3 with one run that has one value."""

    def make(version):
        run_script(path, STEPS[version])
        return path

    return make


@pytest.fixture
def other(database):
    """Another program's connection."""
    with closing(sqlite3.connect(database.path, isolation_level=None, timeout=0)) as con:
        yield con


@pytest.fixture
def shared_folder():
    """A folder that every user can reach; pytest's own are for one user only."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@contextmanager
def nobody_special():
    """Be a user whom permissions hold back, if the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def run_script(path, script):
    with closing(sqlite3.connect(path)) as con:
        con.executescript(script)


def query(path, sql, *parameters):
    with closing(sqlite3.connect(path)) as con:
        return con.execute(sql, parameters).fetchall()


def names_in(folder):
    return sorted(entry.name for entry in folder.iterdir())


def values_of(portion):
    """The values of a portion one by one."""
    return [
        StoredValue(portion.keys[row], name, value, timestamp, max_diff, *extras)
        for name, part in portion.columns.items()
        for row, value, timestamp, max_diff, extras in zip(
            part.rows, part.values, part.timestamps, part.max_diffs, part.extras, strict=True
        )
    ]
