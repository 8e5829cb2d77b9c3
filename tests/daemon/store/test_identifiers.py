import pytest

from damnit_daemon.store.identifiers import is_variable_name, unique_title


@pytest.mark.parametrize("name", ["a", "xgm.energy", "_x1", "größe", "class"])
def test_identifiers_joined_by_dots_are_names(name):
    assert is_variable_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "a.", ".a", "a..b", "1a", "a b", "a'b", 'a"b', "a\0", "a-b", "\udc80", 7, None],
)
def test_nothing_else_is(name):
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
def test_a_title_is_made_unique(taken, title):
    assert unique_title("Energy", "xgm", taken) == title
