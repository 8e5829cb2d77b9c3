"""Times at the beginning of notes."""

from datetime import UTC, datetime

import pytest

from damnit_tui.dialogs.note_timestamp import split_time

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC).timestamp()


def at(*numbers):
    return datetime(*numbers, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("typed", "when", "text"),
    [
        ("beam is back", NOW, "beam is back"),
        ("  beam is back ", NOW, "beam is back"),
        ("10:42 beam is back", at(2026, 3, 14, 10, 42), "beam is back"),
        ("9:05 early", at(2026, 3, 14, 9, 5), "early"),
        ("9:05:07 early", at(2026, 3, 14, 9, 5, 7), "early"),
        ("12:30 soon", at(2026, 3, 14, 12, 30), "soon"),
        ("23:10 last night", at(2026, 3, 13, 23, 10), "last night"),
        ("2026-03-01 23:10 before", at(2026, 3, 1, 23, 10), "before"),
        ("2026-03-01T08:00:30 first\nsecond", at(2026, 3, 1, 8, 0, 30), "first\nsecond"),
        ("25:10 is no time", NOW, "25:10 is no time"),
        ("2026-02-30 10:00 is no day", NOW, "2026-02-30 10:00 is no day"),
        ("10:42", NOW, "10:42"),
        ("ratio 1:20 seen", NOW, "ratio 1:20 seen"),
    ],
)
def test_note_time_is_parsed_from_its_text_or_defaults_to_now(typed, when, text):
    assert split_time(typed, NOW, UTC) == (when, text)
