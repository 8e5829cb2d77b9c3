"""Run numbers as users type them."""

from __future__ import annotations

import pytest

from damnit_daemon.run_ranges import format_run_ranges, parse_run_ranges


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("17", [17]),
        ("20-22", [20, 21, 22]),
        ("17, 20 - 22,17", [17, 20, 21, 22]),
        ("22-20", [20, 21, 22]),
        ("r0017 3", [3, 17]),
    ],
)
def test_run_ranges_are_parsed(text, numbers):
    assert parse_run_ranges(text) == numbers


@pytest.mark.parametrize("text", ["", "x", "1-", "1-2-3", "-5", "1.5", "1-999999999"])
def test_invalid_run_ranges_are_refused(text):
    with pytest.raises(ValueError, match=r"run number|range|more than"):
        parse_run_ranges(text)


def test_run_numbers_are_formatted_as_ranges():
    assert format_run_ranges([22, 17, 20, 21]) == "17, 20-22"
    assert format_run_ranges([]) == ""
