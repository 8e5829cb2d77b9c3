"""User-editable variables and comments set from programs."""

from __future__ import annotations

import numpy as np
import pytest

from damnit_daemon.api import Folder
from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import Ledger, load_edits
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.store import Database, EditConflict, add_user_variable, ensure_run
from tests.daemon.builders import make_damnit_folder


@pytest.fixture
def run(tmp_path):
    folder = make_damnit_folder(tmp_path / "amore")
    with Database(folder.database).writing() as con:
        ensure_run(con, RunKey(1234, 1), added_at=1.0, start_time=1.0)
        add_user_variable(con, VariableInfo("sample", "Sample", None, "string"))
        add_user_variable(con, VariableInfo("score", "Score", None, "integer"))
    run = Folder(folder.path)[1]
    run.ledger = Ledger(folder.ledger)
    return run


def test_values_and_comment_are_set_cleared_and_in_the_journal(run):
    run["sample"] = "LaB6"
    run["comment"] = "first light"
    run.set("score", np.int64(4))
    run.set("score", np.array(5), expected=np.int64(4))
    assert (run["sample"].summary, run.comment, run["score"].summary) == ("LaB6", "first light", 5)
    del run["sample"]
    assert run["sample"].summary is None
    with run.ledger.reading() as con:
        edits = [(edit.name, edit.old, edit.new) for edit in load_edits(con)]
    assert edits[0] == ("sample", "LaB6", None)
    assert len(edits) == 5


def test_value_other_than_expected_is_a_conflict_that_shows_both(run):
    run.set("sample", "LaB6", expected=None)
    with pytest.raises(EditConflict) as caught:
        run.set("sample", "Si", expected="Ge")
    assert "'LaB6', not 'Ge'" in str(caught.value.hint)
    assert run["sample"].summary == "LaB6"


def test_edit_of_many_cells_is_all_or_nothing_and_can_be_undone(run, tmp_path):
    folder = Folder(tmp_path / "amore")
    with pytest.raises(DamnitError):
        folder.edit({1: {"sample": "Si", "score": "five"}})
    assert "sample" not in run
    saved = folder.edit({1: {"sample": "Si", "score": 5}})
    folder.undo(saved)
    assert (run["sample"].summary, run["score"].summary) == (None, None)
    run["score"] = 7
    with pytest.raises(EditConflict):
        folder.undo(saved)


@pytest.mark.parametrize(("name", "value"), [("score", "five"), ("score", 1.5), ("nothing", 1)])
def test_wrong_types_and_unknown_variables_are_refused(run, name, value):
    with pytest.raises(DamnitError):
        run[name] = value
    assert name not in run


def test_labels_are_added_removed_and_restored(run, tmp_path):
    folder = Folder(tmp_path / "amore")
    run.label("Good", "sample-7")
    assert (run.labels, folder[1].labels) == (("good", "sample-7"),) * 2
    saved = folder.label([1], "bad", remove=["sample-7"])
    assert [each.number for each in folder.runs(label="bad")] == [1]
    folder.undo(saved)
    assert folder[1].labels == ("good", "sample-7")
    with pytest.raises(DamnitError, match="cannot be a label"):
        run.label("two words")
    assert folder[1].labels == ("good", "sample-7")


def test_defined_variable_can_be_set(run, tmp_path):
    folder = Folder(tmp_path / "amore")
    folder.define_variable("dose", "number", title="Dose")
    run["dose"] = 1.5
    assert run["Dose"].summary == 1.5
    with pytest.raises(DamnitError, match="none of the types"):
        folder.define_variable("other", "float")
    with pytest.raises(DamnitError):
        folder.define_variable("dose", "number")
