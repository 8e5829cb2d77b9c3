from datetime import UTC, datetime, timedelta, timezone

import pytest

from damnit_tui.table.numbers import (
    format_age,
    format_full_time,
    format_number,
    format_time,
    split_number,
)

INF = float("inf")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (9999.0, "9999"),
        (9999.5, "9999.5000"),
        (-0.5, "-0.5000"),
        (0.00010001, "0.0001"),
        (0.0001, "1.000e-04"),
        (10_000.0, "1.000e+04"),
        (12_345.6, "1.235e+04"),
        (-1e-9, "-1.000e-09"),
        (float("nan"), ""),
        (INF, "inf"),
        (-INF, "-inf"),
        (42, "42"),
        (1_234_567, "1234567"),
        (-(2**63), "-9223372036854775808"),
        (True, "1"),
    ],
)
def test_numbers_are_written_as_damnit_writes_them(value, text):
    assert format_number(value) == text


def test_the_point_goes_to_the_fraction():
    assert split_number("1.235e+04") == ("1", ".235e+04")
    assert split_number("42") == ("42", "")


NOON = datetime(2026, 3, 14, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-60, "11:59:00"),
        (-13 * 3600, "13 Mar 23:00"),
        (-90 * 86400, "14 Dec 2025"),
    ],
)
def test_times_say_no_more_than_is_needed(seconds, text):
    assert format_time(NOON + seconds, NOON, UTC) == text


def test_times_are_in_the_zone_of_the_viewer():
    zone = timezone(timedelta(hours=1))
    assert format_time(NOON, NOON, zone) == "13:00:00"
    assert format_full_time(NOON, zone) == "13:00:00 14/03/2026"


@pytest.mark.parametrize("absurd", [1e300, float("nan"), -1e18])
def test_absurd_times_are_no_crash(absurd):
    assert format_time(absurd, NOON, UTC) == "?"
    assert "no time" in format_full_time(absurd, UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (-3, "just now"),
        (12, "10 s ago"),
        (59, "55 s ago"),
        (61, "1 min ago"),
        (7300, "2 h ago"),
        (200_000, "2 d ago"),
    ],
)
def test_ages_change_seldom(seconds, text):
    assert format_age(seconds) == text
