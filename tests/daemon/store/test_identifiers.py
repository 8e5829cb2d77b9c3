"""Variable names and unique titles."""

import pytest

from damnit_daemon.store.identifiers import is_variable_name, unique_title


@pytest.mark.parametrize("name", ["a", "xgm.energy", "_x1", "größe", "class"])
def test_dotted_identifiers_are_variable_names(name):
    assert is_variable_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "a.", ".a", "a..b", "1a", "a b", "a'b", 'a"b', "a\0", "a-b", "\udc80", 7, None],
)
def test_other_text_is_no_variable_name(name):
    assert not is_variable_name(name)


@pytest.mark.parametrize(
    ("taken", "title"),
    [
        ((), "Energy"),
        (("energy",), "Energy"),
        (("Energy",), "Energy (xgm)"),
        (("Energy", "Energy (xgm)"), "Energy (xgm) 2"),
        (("Energy", "Energy (xgm)", "Energy (xgm) 2"), "Energy (xgm) 3"),
    ],
)
def test_title_is_made_unique(taken, title):
    assert unique_title("Energy", "xgm", taken) == title
