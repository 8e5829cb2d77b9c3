"""Computed and typed values of a cell in one list."""

from __future__ import annotations

import pytest

from damnit_daemon.edit import Editor
from damnit_daemon.ledger import Ledger, load_cell_history
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.store import Database, NewValue, ValueEdit, save_values
from tests.daemon.builders import make_damnit_folder

KEY = RunKey(1234, 1)


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(tmp_path / "amore")


def compute(folder, value, at, name="a"):
    with Database(folder.database).writing() as con:
        save_values(con, [NewValue(KEY, name, value, attributes={"computed_at": at})], now=at)


def history(folder, name="a"):
    found = load_cell_history(Database(folder.database), Ledger(folder.ledger), KEY, name)
    assert [each.is_current for each in found] == [True] + [False] * (len(found) - 1)
    return [(each.text(), each.since, each.until, each.author) for each in found]


def test_computed_values_are_listed_newest_first_without_a_ledger(folder):
    compute(folder, 1, 10.0)
    compute(folder, None, 20.0)
    compute(folder, "x", 30.0)
    assert history(folder) == [
        ("x", 30.0, None, ""),
        ("empty", 20.0, 30.0, ""),
        ("1", 10.0, 20.0, ""),
    ]
    assert not folder.ledger.exists()


def test_typed_values_are_listed_with_their_authors(folder):
    clock = iter([10.0, 20.0])
    editor = Editor(folder, author="anna@exflonc", clock=lambda: next(clock), environment={})
    editor.define_variable(VariableInfo("sample", "Sample", None, "string"))
    for old, new in ((None, "LaB6"), ("LaB6", "Si")):
        editor.set_values([ValueEdit(KEY, "sample", old, new)])
    assert history(folder, "sample") == [
        ("Si", 20.0, None, "anna@exflonc"),
        ("LaB6", 10.0, 20.0, "anna@exflonc"),
    ]
    with Database(folder.database).writing() as con:  # as DAMNIT's window does
        typed = NewValue(KEY, "sample", "Ge", provenance="manual-input")
        save_values(con, [typed], now=30.0, keep_newer=False)
    assert [text for text, *_ in history(folder, "sample")] == ["Ge", "Si", "LaB6"]
    assert history(folder, "sample")[0][3] == ""
