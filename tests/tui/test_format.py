"""Numbers, times, durations and sizes as text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from damnit_tui.format import (
    format_age,
    format_full_time,
    format_size,
    format_time,
    split_number,
)


def test_number_is_split_before_the_decimal_point():
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
def test_time_format_is_as_short_as_possible(seconds, text):
    assert format_time(NOON + seconds, NOON, UTC) == text


def test_times_are_formatted_in_the_local_zone():
    zone = timezone(timedelta(hours=1))
    assert format_time(NOON, NOON, zone) == "13:00:00"
    assert format_full_time(NOON, zone) == "2026-03-14 13:00:00"


@pytest.mark.parametrize("absurd", [1e300, float("nan"), -1e18])
def test_absurd_times_do_not_crash(absurd):
    assert format_time(absurd, NOON, UTC) == "?"
    assert "not a valid time" in format_full_time(absurd, UTC)


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
def test_age_is_rounded(seconds, text):
    assert format_age(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"), [(512, "512 B"), (1234, "1.2 kB"), (3_400_000, "3.4 MB")]
)
def test_size_has_a_unit(size, text):
    assert format_size(size) == text
