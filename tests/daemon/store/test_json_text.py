"""JSON text of attributes."""

import json

import numpy as np
import pytest

from damnit_daemon.store.json_text import (
    MAX_TEXT_CHARS,
    attributes_json,
    clean_text,
    integer_text,
)

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("nothing", [None, {}])
def test_empty_attributes_are_stored_as_null(nothing):
    assert attributes_json(nothing) is None


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (True, True),
        (np.bool_(False), False),
        (np.int32(3), 3),
        (2**64, "18446744073709551616"),
        (np.float32(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (NAN, None),
        (np.float64(-INF), None),
        ([1.5, NAN, [INF]], [1.5, None, [None]]),
        (np.array([255, 0, 0], "u1"), [255, 0, 0]),
        (np.array([1.0, NAN]), [1.0, None]),
        (np.array(["a", "b"]), ["a", "b"]),
        (b"caf\xc3\xa9 \xff", "café \\xff"),
        ("a\0b", "a␀b"),
        ("\udc80", "\\udc80"),
        ((1, 2), [1, 2]),
        ({"x": {1: NAN}}, {"x": {"1": None}}),
        (1 + 2j, "(1+2j)"),
        (np.datetime64("2026-01-01"), "2026-01-01"),
        (None, None),
    ],
)
def test_any_attribute_gives_valid_json(value, stored):
    text = attributes_json({"a": value})

    def no_constant(name):
        raise AssertionError(f"{name} is no JSON")

    assert json.loads(text, parse_constant=no_constant) == {"a": stored}
    assert text.isascii()


def test_long_text_is_truncated_with_a_mark():
    text = clean_text("x" * (MAX_TEXT_CHARS + 1))

    assert text.endswith(f"… (cut, {MAX_TEXT_CHARS + 1} characters)")
    assert len(text) < MAX_TEXT_CHARS + 100
    assert clean_text("x" * MAX_TEXT_CHARS) == "x" * MAX_TEXT_CHARS


def test_integer_of_any_size_is_formatted():
    assert integer_text(-(2**64)) == "-18446744073709551616"
    # Python refuses to write this one as decimal digits.
    assert integer_text(1 << 100_000).startswith("0x1000")
