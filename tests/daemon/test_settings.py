"""Settings and their accepted values."""

from __future__ import annotations

import pytest

from damnit_daemon.settings import InvalidSetting, UnknownSetting, nearest_keys, parse_setting


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("concurrent_jobs", "15", 15),
        ("concurrent-jobs", " 15 ", 15),
        ("proposal", "1234", 1234),
        ("noncluster_cpus", "4", 4),
        ("noncluster_mem", "50G", "50G"),
        ("noncluster_mem", "50gb", "50G"),
        ("noncluster_mem", "512", "512M"),
        ("slurm_time", "02:00:00", "02:00:00"),
        ("slurm_time", "90", "01:30:00"),
        ("slurm_time", "1-12", "1-12"),
        ("slurm_time", "1-12:30:00", "1-12:30:00"),
        ("slurm_partition", "upex,exfel", "upex,exfel"),
        ("context_python", "/opt/env/bin/python", "/opt/env/bin/python"),
    ],
)
def test_valid_setting_is_normalised(key, text, value):
    assert parse_setting(key, text) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("concurrent_jobs", "0"),
        ("concurrent_jobs", "many"),
        ("concurrent_jobs", "-1"),
        ("noncluster_mem", "50 Gold"),
        ("noncluster_mem", "0"),
        ("slurm_time", "two hours"),
        ("slurm_time", "00:00:00"),
        ("slurm_time", "02:75:00"),
        ("slurm_partition", "a b"),
        ("slurm_partition", "--help"),
        ("context_python", "python3"),
        ("proposal", "p1234"),
    ],
)
def test_invalid_setting_is_refused_with_an_example(key, text):
    with pytest.raises(InvalidSetting) as caught:
        parse_setting(key, text)
    assert caught.value.hint.startswith("For example")


def test_memory_setting_given_as_number_stays_text():
    assert parse_setting("noncluster_mem", "25600", as_number=True) == "25600M"


def test_unknown_setting_is_refused_with_nearest_name():
    with pytest.raises(UnknownSetting) as caught:
        parse_setting("slurm_partiton", "upex")
    assert "slurm_partition" in caught.value.hint


def test_forced_unknown_setting_is_stored_as_text_or_number():
    assert parse_setting("mine", "7", force=True) == "7"
    assert parse_setting("mine", "7", force=True, as_number=True) == 7
    assert parse_setting("mine", "7.5", force=True, as_number=True) == 7.5
    with pytest.raises(InvalidSetting):
        parse_setting("mine", "seven", force=True, as_number=True)


@pytest.mark.parametrize("key", ["db_id", "data_format_version"])
def test_internal_settings_cannot_be_changed_even_by_force(key):
    with pytest.raises(InvalidSetting):
        parse_setting(key, "1", force=True)


def test_nonsense_has_no_nearest_settings():
    assert nearest_keys("qqqqqq") == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("local_jobs", "2000000000"),
        ("local_jobs", "٣"),
        ("concurrent_jobs", "100000"),
        ("noncluster_cpus", "99999"),
        ("runs_per_job", "1000000"),
        ("proposal", "9" * 5000),
        ("watch_interval_s", "999999"),
        ("watch_settle_s", "1." + "0" * 5000),
    ],
)
def test_excessive_setting_is_refused(key, text):
    with pytest.raises(InvalidSetting, match="Expected"):
        parse_setting(key, text)
