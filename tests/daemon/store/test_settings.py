"""Settings in the run database."""

import pytest

from damnit_daemon.store import delete_setting, load_setting, load_settings, save_setting


@pytest.mark.parametrize("value", ["25G", "4", 4, 2.5, "µ", "", None])
def test_setting_keeps_its_type(database, value):
    with database.writing() as con:
        save_setting(con, "noncluster_mem", value)

    with database.reading() as con:
        loaded = load_setting(con, "noncluster_mem", "default")
    assert loaded == value
    assert type(loaded) is type(value)


def test_setting_is_replaced(database):
    with database.writing() as con:
        save_setting(con, "slurm_time", "01:00:00")
        save_setting(con, "slurm_time", "03:00:00")
        assert load_settings(con)["slurm_time"] == "03:00:00"


def test_missing_setting_has_default(database):
    with database.reading() as con:
        assert load_setting(con, "slurm_time") is None
        assert load_setting(con, "slurm_time", "02:00:00") == "02:00:00"


def test_setting_is_deleted_once(database):
    with database.writing() as con:
        save_setting(con, "slurm_time", "01:00:00")
        assert delete_setting(con, "slurm_time")
        assert not delete_setting(con, "slurm_time")
        assert "slurm_time" not in load_settings(con)


def test_unknown_settings_of_other_programs_are_listed(database, other):
    other.execute("INSERT INTO metameta VALUES ('who knows', x'00'), (7, 'no key')")

    with database.reading() as con:
        settings = load_settings(con)
    assert settings["who knows"] == b"\0"
    assert list(settings) == sorted(settings)
