"""The column layout: order, pins, widths and hidden columns."""

import pytest

from damnit_daemon.model import Column
from damnit_tui.state.column_layout import NARROWEST, WIDEST, ColumnLayout

COLUMNS = [Column(name, name.upper()) for name in "abcde"]


def shown(choice):
    return "".join(column.name for column in choice.apply(COLUMNS))


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (ColumnLayout(), "abcde"),
        (ColumnLayout(order=("d", "b")), "dbace"),
        (ColumnLayout(pinned=("e", "c")), "ecabd"),
        (ColumnLayout(order=("d",), pinned=("c",), hidden=frozenset("ac")), "dbe"),
        (ColumnLayout(order=("gone", "e"), pinned=("gone too",)), "eabcd"),
        (ColumnLayout(hidden=frozenset("abcde")), ""),
    ],
)
def test_column_layout_puts_pinned_columns_first_then_ordered_ones_then_the_rest(choice, names):
    assert shown(choice) == names


def test_column_layout_reverts_pinning_and_hiding():
    choice = ColumnLayout().with_pinned("d").with_pinned("b").with_hidden("a", "b")
    assert shown(choice) == "dce"
    assert choice.pinned_count(COLUMNS) == 1
    assert shown(choice.with_hidden("b", hidden=False)) == "dbce"
    assert choice.with_pinned("d", False).with_pinned("b", False).with_hidden(
        "a", "b", hidden=False
    ) == (ColumnLayout())


def test_column_layout_moves_pinned_and_unpinned_columns_separately():
    assert shown(ColumnLayout().moved("d", COLUMNS, -2)) == "adbce"
    assert shown(ColumnLayout().moved("d", COLUMNS, 9)) == "abced"
    pinned = ColumnLayout(pinned=("d", "b"))
    assert shown(pinned.moved("b", COLUMNS, -1)) == "bdace"
    assert shown(pinned.moved("a", COLUMNS, -5)) == "dbace"
    assert ColumnLayout().moved("nobody", COLUMNS, 1) == ColumnLayout(order=tuple("abcde"))


def test_column_widths_stay_within_bounds():
    choice = ColumnLayout().with_width("a", 1).with_width("b", 9999)
    assert (choice.width("a"), choice.width("b"), choice.width("c")) == (NARROWEST, WIDEST, None)
    assert choice.with_width("a", None).with_width("b", None) == ColumnLayout()
    assert ColumnLayout(widths={"a": -4}).width("a") == NARROWEST


def test_column_layout_is_true_once_it_differs_from_the_default():
    assert not ColumnLayout()
    assert ColumnLayout(pinned=("a",))
    assert ColumnLayout(widths={"a": 9})
