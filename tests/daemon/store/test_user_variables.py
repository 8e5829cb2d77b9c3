"""Names and values of user variables."""

import pytest

from damnit_daemon.store import name_from_title, same_value, why_not_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Dose", "dose"),
        ("Sample/Thickness [mm]", "sample_thickness_mm"),
        ("2nd try", "nd_try"),
        ("  µ – value  ", "µ_value"),
        ("!?", ""),
        ("", ""),
    ],
)
def test_variable_name_is_derived_from_title(title, name):
    assert name_from_title(title) == name


@pytest.mark.parametrize("name", ["dose", "_x", "a1", "Größe"])
def test_valid_user_variable_name_is_accepted(name):
    assert why_not_name(name, ["other"]) == ""


@pytest.mark.parametrize(
    "name", ["", "1a", "a b", "a.b", "a-b", "comment", "start_time", "run", "OTHER"]
)
def test_invalid_user_variable_name_is_refused(name):
    assert why_not_name(name, ["other"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, "", True),
        (None, 0, False),
        (1, True, True),
        (1, 1.0, False),
        (0.5, 0.5, True),
        ("1", 1, False),
        ("a", "a", True),
        (b"a", "a", False),
        (b"a", b"a", True),
    ],
)
def test_values_are_equal_when_display_and_kind_are_equal(one, other, same):
    assert same_value(one, other) is same
    assert same_value(other, one) is same
