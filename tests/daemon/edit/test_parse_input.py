"""Conversion of typed text to values and between types."""

import math

import pytest

from damnit_daemon.edit import convert_value, parse_typed, typed_text


@pytest.mark.parametrize(
    ("type_name", "text", "value"),
    [
        ("boolean", "true", True),
        ("boolean", " YES ", True),
        ("boolean", "1", True),
        ("boolean", "t", True),
        ("boolean", "False", False),
        ("boolean", "no", False),
        ("boolean", "0", False),
        ("integer", "-12", -12),
        ("integer", "9223372036854775807", 2**63 - 1),
        ("number", "1e-3", 0.001),
        ("number", "3", 3.0),
        ("number", "-inf", -math.inf),
        ("string", " as it is ", " as it is "),
        ("string", "0", "0"),
        *((type_name, "", None) for type_name in ("boolean", "integer", "number", "string")),
        ("integer", "  ", None),
    ],
)
def test_typed_text_is_parsed_to_value_of_type(type_name, text, value):
    found = parse_typed(text, type_name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("boolean", "2"),
        ("boolean", "tru"),
        ("integer", "1.5"),
        ("integer", "9223372036854775808"),
        ("number", "1,5"),
        ("number", "nan"),
    ],
)
def test_typed_text_of_wrong_type_is_refused_with_expected_form(type_name, text):
    with pytest.raises(ValueError, match="is expected"):
        parse_typed(text, type_name)


def test_text_for_unknown_type_is_refused():
    with pytest.raises(ValueError, match="'date'"):
        parse_typed("x", "date")


@pytest.mark.parametrize(
    ("type_name", "value"),
    [("boolean", True), ("integer", 7), ("number", 0.1), ("number", 1e300), ("string", "LaB6")],
)
def test_value_survives_formatting_and_parsing(type_name, value):
    assert parse_typed(typed_text(value, type_name), type_name) == value


@pytest.mark.parametrize(
    ("value", "type_name", "made"),
    [
        (3, "number", 3.0),
        (3.0, "integer", 3),
        ("12", "integer", 12),
        (1, "boolean", True),
        ("yes", "boolean", True),
        (0.25, "string", "0.25"),
    ],
)
def test_lossless_type_conversion_succeeds(value, type_name, made):
    found = convert_value(value, type_name)
    assert found == made
    assert type(found) is type(made)


@pytest.mark.parametrize(
    ("value", "type_name"), [(0.5, "integer"), (2, "boolean"), ("abc", "number"), (b"x", "string")]
)
def test_lossy_type_conversion_is_refused(value, type_name):
    with pytest.raises(ValueError):
        convert_value(value, type_name)
