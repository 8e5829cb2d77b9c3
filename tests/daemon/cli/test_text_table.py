"""Text tables and durations."""

from __future__ import annotations

import pytest

from damnit_daemon.cli.text_table import format_table
from damnit_daemon.text import format_duration


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [
        (0, "0 s"), (-3, "0 s"), (128e-6, "128 µs"), (0.9996e-3, "1 ms"), (0.0123, "12.3 ms"),
        (0.9996, "1 s"), (1.234, "1.23 s"), (9.99, "9.99 s"), (59.4, "59 s"), (59.6, "1 min"),
        (185, "3 min 5 s"), (3600, "1 h"), (86399, "23 h 59 min"), (187200, "2 d 4 h"),
    ],
)  # fmt: skip
def test_duration_has_three_digits_or_two_units(duration_s, text):
    assert format_duration(duration_s) == text


def test_table_columns_are_aligned_and_cells_have_one_line():
    rows = [("n", "what"), ("1", "a\tb\nc"), ("10", "\x1b[2J")]
    assert format_table(rows, right=[0]) == [" n  what", " 1  a b", "10  \\x1b[2J"]


def test_cell_ending_with_a_colon_is_joined_with_its_next_line():
    rows = [("reason",), ("It cannot be used:\ncontext.py:3: no such name\nmore",), ("What:",)]
    assert format_table(rows)[1:] == ["It cannot be used: context.py:3: no such name", "What:"]
