"""Databases of DAMNIT's format 0, migrated by both programs."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import h5py
import numpy as np
import pytest

from damnit_daemon.store import migrate
from tests.daemon.store.conftest import V0

pytestmark = pytest.mark.extended

VALUES = "SELECT proposal, run, name, version, value FROM run_variables ORDER BY 1, 2, 3"
RUNS = "SELECT * FROM run_info ORDER BY run"
NOTES = "SELECT * FROM time_comments"


def query(path, sql):
    with closing(sqlite3.connect(path)) as con:
        return con.execute(sql).fetchall()


def test_database_of_format_zero_is_migrated_as_by_the_peer(peer, tmp_path):
    folder = tmp_path / "amore"
    (folder / "extracted_data").mkdir(parents=True)
    with closing(sqlite3.connect(folder / "runs.sqlite")) as con, con:
        con.executescript(V0)
        con.execute("UPDATE runs SET comment = 'dark'")
        con.execute("INSERT INTO time_comments VALUES (1700000300, 'beam is back')")
        con.execute("INSERT INTO runs VALUES (1234, 8, NULL, 1700000700.0, NULL, NULL)")
    with h5py.File(folder / "extracted_data" / "p1234_r7.h5", "w") as file:
        file["energy/data"] = np.float64(9.3)
        file[".reduced/energy"] = np.float64(9.3)
    theirs = tmp_path / "theirs"
    shutil.copytree(folder, theirs)
    peer.migrate_format_zero(theirs)
    migrate(folder / "runs.sqlite")
    for sql in (VALUES, RUNS, NOTES):
        assert query(folder / "runs.sqlite", sql) == query(theirs / "runs.sqlite", sql)
    seen = peer.look(folder).content["runs"]["7"]["variables"]
    assert set(seen) >= {"energy", "comment"}
