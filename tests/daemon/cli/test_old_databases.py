"""Commands on databases of earlier DAMNIT versions."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.store import Database
from tests.daemon.store.conftest import STEPS


@pytest.fixture
def make_old(folder):
    """Put a database of an earlier format in place of the folder's."""

    def make(version):
        folder.database.unlink()
        with closing(sqlite3.connect(folder.database)) as con:
            con.executescript(STEPS[version])
        return folder

    return make


@pytest.mark.extended
@pytest.mark.parametrize("version", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "command", [["read-context"], ["combine"], ["db-config", "slurm_time", "01:00:00"],
                ["label", "7", "good"],
                ["reprocess", "7", "--direct", "--mock"], ["migrate"]], ids=lambda c: c[0],
)  # fmt: skip
def test_writing_command_migrates_old_database_with_backup(damnit, make_old, version, command):
    folder = make_old(version)
    result = damnit(*command)
    assert f"the old one is kept as runs.v{version}-backup.sqlite" in result.err
    assert Database(folder.database).format_version() == 4
    assert Database(folder.path / f"runs.v{version}-backup.sqlite").format_version() == version
    assert damnit(*command).err.count("is kept") == 0


@pytest.mark.extended
@pytest.mark.parametrize("version", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "command", [["export"], ["db-config"], ["db-config", "proposal"], ["read-context", "--check"],
                ["label"],
                ["reprocess", "7", "--mock", "--dry-run"], ["proposal"]], ids=" ".join,
)  # fmt: skip
def test_reading_command_leaves_old_database_unchanged(damnit, make_old, version, command):
    folder = make_old(version)
    before = folder.database.read_bytes()
    result = damnit(*command)
    assert (result.code, result.err) == (0, "")
    assert folder.database.read_bytes() == before


def test_migrate_on_a_current_database_changes_nothing(damnit, folder):
    before = folder.database.read_bytes()
    assert damnit("migrate").out.endswith("has the current format 4.\n")
    assert folder.database.read_bytes() == before
