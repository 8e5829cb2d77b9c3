"""Progress of a function, reported from the user's Python and read from a shared file."""

from __future__ import annotations

import pytest

from damnit_daemon.model.advance import Advance, advance_of, parse_advance

NOW = 1000.0


@pytest.mark.parametrize(
    ("reported", "said"),
    [
        ((230, 500, "trains", 100.0), "230 of 500 trains, about 100 s left"),
        ((230, 500, "trains", 0.4), "230 of 500 trains"),
        ((230.0, None, "trains", None), "230 trains"),
        ((0.25, 1.5, "", None), "0.25 of 1.5"),
        ((530, 500, "", None), "530"),
        ((1, float("nan"), None, -5.0), "1"),
        ((1, 1e300, ["unit"], "soon"), "1"),
        ((1, 2, "x" * 100, 1e300), "1 of 2 " + "x" * 20),
    ],
)
def test_report_is_described(reported, said):
    advance = advance_of(*reported, now=NOW)
    assert advance.sentence(NOW) == said
    assert parse_advance(advance.to_json()) == advance


@pytest.mark.parametrize("done", [-1, float("nan"), float("inf"), 1e300, 10**400, "3", None, True])
def test_report_without_a_number_of_steps_is_invalid(done):
    with pytest.raises(ValueError, match="steps"):
        advance_of(done, 5, "", None, now=NOW)


@pytest.mark.parametrize("text", ["", "KeyError", "3", "[]", "{}", '{"done": NaN}', "[" * 10**5])
def test_other_text_is_no_progress(text):
    assert parse_advance(text) is None


def test_text_of_strangers_is_cut_to_size():
    assert parse_advance('{"done": 1, "total": -1, "unit": 7, "ends_at": 1e300}') == Advance(1.0)
