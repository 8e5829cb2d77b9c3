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
def test_a_name_is_made_of_a_title(title, name):
    assert name_from_title(title) == name


@pytest.mark.parametrize("name", ["dose", "_x", "a1", "Größe"])
def test_names_that_can_be(name):
    assert why_not_name(name, ["other"]) == ""


@pytest.mark.parametrize(
    "name", ["", "1a", "a b", "a.b", "a-b", "comment", "start_time", "run", "OTHER"]
)
def test_names_that_cannot_be(name):
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
def test_values_are_the_same_if_they_look_the_same_and_are_of_one_kind(one, other, same):
    assert same_value(one, other) is same
    assert same_value(other, one) is same
