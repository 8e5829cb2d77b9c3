"""Reading of older database formats."""

import pytest

from damnit_daemon.model import StoredValue
from damnit_daemon.store import (
    Database,
    load_columns,
    load_notes,
    load_setting,
    load_value,
    load_values,
    migrate,
)

from .conftest import KEY, run_script


@pytest.mark.parametrize("version", [1, 2, 3])
def test_old_formats_read_like_the_current_one(make_old_database, version):
    with Database(make_old_database(version)).reading() as con:
        values = load_values(con)
        (column,) = load_columns(con)
        assert load_value(con, KEY, "energy") == values[0]
        assert load_values(con, keys=[KEY], names=["energy"]) == values
        assert [note.text for note in load_notes(con)] == ["beam is back"]
        assert load_setting(con, "proposal") == 1234

    attributes = None if version == 1 else '{"units": "keV"}'
    assert values == [
        StoredValue(KEY, "energy", 9.3, 1700000200.0, 0.5, "context.py", None, "mean", attributes)
    ]
    assert (column.name, column.title) == ("energy", "Photon energy")
    assert column.tags == (("xgm",) if version == 3 else ())


def test_database_with_half_done_migration_is_read(make_old_database):
    path = make_old_database(1)
    run_script(path, "ALTER TABLE run_variables ADD COLUMN attributes")

    with Database(path).reading() as con:
        assert load_value(con, KEY, "energy").value == 9.3


def test_temporary_tables_for_old_formats_are_private(make_old_database):
    path = make_old_database(1)
    database = Database(path)

    with database.reading():
        migrate(path)

    with database.reading() as con:
        assert load_columns(con)[0].tags == ()
