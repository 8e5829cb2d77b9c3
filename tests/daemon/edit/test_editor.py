"""Edits of values, variables and notes on real databases, also with concurrent writers."""

import sqlite3
import stat
import threading
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damnit_daemon.edit import SavedNote, SavedVariable
from damnit_daemon.edit.deletion import delete_variable
from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import Ledger, load_edits
from damnit_daemon.model import VariableInfo
from damnit_daemon.store import (
    Database,
    DatabaseBusy,
    DatabaseReadOnly,
    EditConflict,
    NameRefused,
    NewValue,
    NoteChanged,
    TypeLost,
    ValueEdit,
    ValuesDoNotFit,
    VariableChanged,
    VariableInUse,
    load_columns,
    load_notes,
    load_plain,
    load_runs,
    load_values,
    load_variables,
    save_values,
)

from ..store.conftest import nobody_special
from .conftest import NOW, cell, key, make_editor, make_folder


def row(folder, run, name):
    with closing(sqlite3.connect(folder.database)) as con:
        con.row_factory = sqlite3.Row
        sql = "SELECT * FROM run_variables WHERE proposal = 1234 AND run = ? AND name = ?"
        return dict(con.execute(sql, (run, name)).fetchone())


def journal(folder):
    with Ledger(folder.ledger).reading() as con:
        return [(e.author, e.run_key, e.name, e.old, e.new) for e in load_edits(con)][::-1]


def definitions_of(folder):
    with Database(folder.database).reading() as con:
        return load_variables(con)


@pytest.mark.parametrize("theirs", ["deleted", "another type"])
def test_value_is_refused_when_variable_was_deleted_or_changed_type(folder, editor, theirs):
    change = ValueEdit(key(1), "a_integer", None, 5, "integer")
    other = make_editor(folder)
    if theirs == "deleted":
        delete_variable(folder, "a_integer")
    else:
        (info,) = (i for i in definitions_of(folder) if i.name == "a_integer")
        other.change_variable(info, info._replace(type="string"))

    with pytest.raises(TypeLost, match="a_integer"):
        editor.set_values([change])

    with Database(folder.database).reading() as con:
        assert load_plain(con, key(1), "a_integer") is None
        assert ("a_integer" in {c.name for c in load_columns(con)}) == (theirs != "deleted")


def test_edited_value_is_stored_as_damnit_stores_it(folder, editor):
    editor.set_values([ValueEdit(key(1), "comment", None, "first light")])

    assert row(folder, 1, "comment") == {
        "proposal": 1234,
        "run": 1,
        "name": "comment",
        "version": 1,
        "value": "first light",
        "timestamp": NOW,
        "max_diff": None,
        "provenance": "manual-input",
        "summary_type": None,
        "summary_method": "",
        "attributes": None,
    }


@pytest.mark.parametrize(
    ("name", "value", "stored_as"),
    [
        ("a_boolean", True, "integer"),
        ("a_integer", 7, "integer"),
        ("a_number", 7.0, "real"),
        ("a_string", "7", "text"),
    ],
)
def test_edited_value_keeps_its_type_in_database(folder, editor, name, value, stored_as):
    editor.set_values([ValueEdit(key(1), name, None, value)])

    with closing(sqlite3.connect(folder.database)) as con:
        sql = "SELECT typeof(value) FROM run_variables WHERE name = ?"
        assert con.execute(sql, (name,)).fetchone() == (stored_as,)
        assert con.execute(f"SELECT {name} FROM runs WHERE run = 1").fetchone() == (value,)


def test_cleared_value_leaves_row_with_null(folder, editor):
    editor.set_values([ValueEdit(key(1), "a_integer", None, 5)])
    editor.set_values([ValueEdit(key(1), "a_integer", 5, None)])

    assert cell(folder, 1, "a_integer") is None
    assert row(folder, 1, "a_integer")["summary_method"] is None


def test_edit_conflicts_with_concurrent_change_of_cell(folder, editor):
    other = make_editor(folder, "you@there")
    other.set_values([ValueEdit(key(1), "comment", None, "theirs")])

    with pytest.raises(EditConflict) as caught:
        editor.set_values([ValueEdit(key(1), "comment", None, "mine")])

    assert [conflict.found for conflict in caught.value.conflicts] == ["theirs"]
    assert cell(folder, 1) == "theirs"


def test_edit_of_several_cells_is_atomic(folder, editor):
    changes = [ValueEdit(key(run), "comment", None, "dark") for run in (1, 2, 3)]
    make_editor(folder).set_values([ValueEdit(key(2), "comment", None, "theirs")])

    with pytest.raises(EditConflict):
        editor.set_values(changes)

    assert [cell(folder, run) for run in (1, 2, 3)] == [None, "theirs", None]


def test_cell_with_equal_value_is_left_out_of_edit(folder, editor):
    make_editor(folder).set_values([ValueEdit(key(2), "comment", None, "dark")])

    saved = editor.set_values([ValueEdit(key(run), "comment", None, "dark") for run in (1, 2)])
    editor.set_values(saved.undone())

    assert [cell(folder, run) for run in (1, 2)] == [None, "dark"]


def test_undo_conflicts_with_later_change_of_cell(folder, editor):
    saved = editor.set_values([ValueEdit(key(1), "comment", None, "mine")])
    make_editor(folder).set_values([ValueEdit(key(1), "comment", "mine", "theirs")])

    with pytest.raises(EditConflict):
        editor.set_values(saved.undone())

    assert cell(folder, 1) == "theirs"


def test_stored_empty_text_counts_as_empty_cell(folder, editor):
    with Database(folder.database).writing() as con:
        save_values(con, [NewValue(key(1), "comment", "", provenance="")], now=NOW)

    editor.set_values([ValueEdit(key(1), "comment", None, "mine")])

    assert cell(folder, 1) == "mine"


def test_edits_and_undos_are_recorded_in_journal(folder, editor):
    saved = editor.set_values([ValueEdit(key(1), "comment", None, "dark")])
    editor.set_values(saved.undone())

    assert journal(folder) == [
        ("me@here", key(1), "comment", None, "dark"),
        ("me@here", key(1), "comment", "dark", None),
    ]
    assert editor.problem == ""


def test_journal_gets_permissions_of_folder(folder, editor):
    folder.path.chmod(0o770)

    editor.set_values([ValueEdit(key(1), "comment", None, "dark")])

    assert stat.S_IMODE(folder.ledger.stat().st_mode) == 0o660


def test_damaged_journal_does_not_prevent_edit(folder, editor):
    folder.ledger.write_text("no database")

    editor.set_values([ValueEdit(key(1), "comment", None, "dark")])

    assert cell(folder, 1) == "dark"
    assert str(folder.ledger) in editor.problem


def test_edit_of_read_only_database_is_refused(shared_folder):
    folder = make_folder(shared_folder)
    folder.database.chmod(0o444)

    with nobody_special(), pytest.raises(DatabaseReadOnly):
        make_editor(folder).set_values([ValueEdit(key(1), "comment", None, "dark")])


def test_read_only_journal_does_not_prevent_edit(shared_folder):
    folder = make_folder(shared_folder)
    editor = make_editor(folder)
    editor.set_values([ValueEdit(key(1), "comment", None, "dark")])
    folder.ledger.chmod(0o444)
    folder.database.chmod(0o666)
    shared_folder.chmod(0o777)

    with nobody_special():
        editor.set_values([ValueEdit(key(1), "comment", "dark", "light")])

    assert cell(folder, 1) == "light"
    assert "is not writable" in editor.problem


def test_edit_of_locked_database_fails_as_busy_and_can_be_repeated(folder, editor):
    change = ValueEdit(key(1), "comment", None, "dark")
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as con:
        con.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            editor.set_values([change])
        con.execute("ROLLBACK")

    editor.set_values([change])

    assert cell(folder, 1) == "dark"


def test_one_of_many_concurrent_edits_wins_and_others_conflict(folder):
    start = threading.Barrier(8)
    outcomes = []

    def edit(number):
        editor = make_editor(folder, f"{number}@here", timeout_s=60)
        start.wait()
        try:
            editor.set_values([ValueEdit(key(1), "a_integer", None, number + 1)])
        except EditConflict as conflict:
            outcomes.append(conflict.conflicts[0].found)
        else:
            outcomes.append("won")

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, outcomes)) == sorted([*[str(cell(folder, 1, "a_integer"))] * 7, "won"])
    assert len(journal(folder)) == 1


def test_values_computed_between_edits_are_kept(folder, editor):
    saved = editor.set_values([ValueEdit(key(1), "comment", None, "dark")])
    with Database(folder.database).writing() as con:
        save_values(con, [NewValue(key(1), "energy", 5.0), NewValue(key(2), "energy", 6.0)], now=1)
    editor.set_values(saved.undone())

    assert (cell(folder, 1, "energy"), cell(folder, 2, "energy")) == (5.0, 6.0)


EDIT = st.tuples(
    st.integers(1, 3),
    st.sampled_from(["comment", "a_integer", "a_string"]),
    st.one_of(st.none(), st.integers(-9, 9)),
)


@pytest.mark.extended
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.one_of(st.lists(EDIT, min_size=1, max_size=3), st.just("undo")), max_size=12)
)
def test_random_edits_and_undos_match_the_model(folder, editor, steps):
    with Database(folder.database).writing() as con:
        con.execute("DELETE FROM run_variables")
    model, history = {}, []
    for step in steps:
        if step == "undo":
            if history:
                saved, before = history.pop()
                editor.set_values(saved.undone())
                model = before
            continue
        wanted = {
            (run, name): value if name == "a_integer" or value is None else f"t{value}"
            for run, name, value in step
        }
        changes = [ValueEdit(key(r), n, model.get((r, n)), v) for (r, n), v in wanted.items()]
        history.append((editor.set_values(changes), dict(model)))
        model.update(wanted)
    for run in range(1, 6):
        for name in ("comment", "a_integer", "a_string"):
            assert cell(folder, run, name) == model.get((run, name))


def test_planned_runs_are_added_to_table(folder, editor):
    assert editor.add_runs(2) == [key(6), key(7)]

    with Database(folder.database).reading() as con:
        runs = {run.key: run for run in load_runs(con)}
    assert runs[key(7)].start_time is None
    assert runs[key(7)].added_at == NOW
    assert row(folder, 7, "comment")["provenance"] == ""
    assert row(folder, 7, "comment")["value"] is None


@pytest.mark.parametrize("number", [0, -1, 1001])
def test_adding_zero_or_too_many_runs_is_refused(editor, number):
    with pytest.raises(DamnitError, match="1000"):
        editor.add_runs(number)


def test_notes_are_added_changed_and_deleted(folder, editor):
    first = editor.add_note(NOW, "beam is back")
    editor.add_note(NOW + 60, "door opened\nand closed")
    changed = editor.change_note(first, "beam is back, 9 keV")

    def texts():
        with Database(folder.database).reading() as con:
            return [(note.timestamp, note.text) for note in load_notes(con)]

    assert texts() == [(NOW, "beam is back, 9 keV"), (NOW + 60, "door opened\nand closed")]
    with pytest.raises(DamnitError, match="changed this note"):
        editor.change_note(first, "too late")
    assert editor.change_note(changed, "") is None
    assert len(texts()) == 1
    with pytest.raises(DamnitError, match="deleted this note"):
        editor.change_note(changed, "again")


# User-editable variables


def info(name="dose", title="Dose", type_name="number", tags=(), description=""):
    return VariableInfo(name, title, description, type_name, tags)


def definitions(folder):
    with Database(folder.database).reading() as con:
        return {v.name: v for v in load_variables(con)}


def test_user_variable_is_defined_with_tags(folder, editor):
    editor.define_variable(info(tags=("sample",), description="In mJ."))

    assert definitions(folder)["dose"] == info(tags=("sample",), description="In mJ.")
    with closing(sqlite3.connect(folder.database)) as con:
        con.execute("SELECT dose FROM runs")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "2nd"}, "not starting with a digit"),
        ({"name": "a b"}, "not starting with a digit"),
        ({"name": "run"}, "the table uses this name"),
        ({"name": "A_NUMBER"}, "a column of this name"),
        ({"title": "A/number"}, "a column with this title"),
        ({"title": "Comment"}, "a column with this title"),
        ({"title": " "}, "needed"),
        ({"type_name": "date"}, "Unknown type 'date'"),
    ],
)
def test_invalid_name_or_title_of_user_variable_is_refused(folder, editor, changed, said):
    with pytest.raises(NameRefused, match=said):
        editor.define_variable(info(**changed))
    assert "dose" not in definitions(folder)


def test_changed_type_of_user_variable_converts_its_values(folder, editor):
    editor.set_values([ValueEdit(key(1), "a_string", None, "12")])
    before = definitions(folder)["a_string"]
    after = before._replace(title="Shots", type="integer", tags=("counts",), description="How many")

    editor.change_variable(before, after)

    assert definitions(folder)["a_string"] == after
    assert cell(folder, 1, "a_string") == 12
    with pytest.raises(VariableChanged):
        editor.change_variable(before, after)


def test_type_change_is_refused_when_values_do_not_fit(folder, editor):
    editor.set_values([ValueEdit(key(1), "a_string", None, "twelve")])
    before = definitions(folder)["a_string"]

    with pytest.raises(ValuesDoNotFit, match="'twelve' of p1234, r1"):
        editor.change_variable(before, before._replace(type="integer"))

    assert definitions(folder)["a_string"] == before


def test_changed_title_must_be_unique(folder, editor):
    before = definitions(folder)["a_string"]
    with pytest.raises(NameRefused):
        editor.change_variable(before, before._replace(title="A/number"))
    with Database(folder.database).reading() as con:
        assert [c.title for c in load_columns(con)].count("A/number") == 1


def values_of(folder, name):
    with Database(folder.database).reading() as con:
        return {v.key.run: v.value for v in load_values(con, names=[name]) if v.value is not None}


def variable(folder, name):
    return next((info for info in definitions_of(folder) if info.name == name), None)


def test_added_user_variable_can_be_undone_and_redone(folder, editor):
    info = VariableInfo("dose", "Sample/Dose", "In mJ.", "number", ("sample",))
    editor.define_variable(info)

    gone = editor.revert(SavedVariable(None, info))
    assert variable(folder, "dose") is None
    there = editor.revert(gone)
    assert variable(folder, "dose") == info
    assert there == SavedVariable(None, info)


def test_undo_keeps_user_variable_with_values_of_others(folder, editor):
    info = VariableInfo("dose", "Dose", None, "number")
    editor.define_variable(info)
    make_editor(folder).set_values([ValueEdit(key(1), "dose", None, 2.5)])

    with pytest.raises(VariableInUse):
        editor.revert(SavedVariable(None, info))
    assert values_of(folder, "dose") == {1: 2.5}


def test_undo_keeps_user_variable_changed_by_others(folder, editor):
    info = VariableInfo("dose", "Dose", None, "number")
    editor.define_variable(info)
    theirs = info._replace(title="Dose [mJ]")
    make_editor(folder).change_variable(info, theirs)

    with pytest.raises(VariableChanged):
        editor.revert(SavedVariable(None, info))
    assert variable(folder, "dose") == theirs


def test_undone_type_change_restores_old_values(folder, editor):
    editor.set_values([ValueEdit(key(run), "a_string", None, text) for run, text in TYPED.items()])
    before = variable(folder, "a_string")

    saved = editor.change_variable(before, before._replace(type="integer"))
    assert values_of(folder, "a_string") == {1: 12, 2: 7, 3: 9}
    make_editor(folder).set_values([ValueEdit(key(3), "a_string", 9, 10)])
    again = editor.revert(saved)
    # What somebody has changed since is not as before, but of the type.
    assert values_of(folder, "a_string") == {1: "012", 2: "7", 3: "10"}
    assert variable(folder, "a_string") == before
    editor.revert(again)
    assert values_of(folder, "a_string") == {1: 12, 2: 7, 3: 10}


TYPED = {1: "012", 2: "7", 3: "9"}


def test_undone_deletion_restores_variable_and_its_values(folder, editor):
    editor.set_values([ValueEdit(key(run), "a_string", None, text) for run, text in TYPED.items()])
    before = variable(folder, "a_string")

    deletion = delete_variable(folder, "a_string")
    assert variable(folder, "a_string") is None
    restored = editor.revert(deletion.undo)
    assert variable(folder, "a_string") == before
    assert values_of(folder, "a_string") == TYPED
    assert row(folder, 1, "a_string")["provenance"] == "manual-input"

    gone = editor.revert(restored)
    assert variable(folder, "a_string") is None
    editor.revert(gone)
    assert values_of(folder, "a_string") == TYPED
    assert journal(folder)[-3:] == [
        (editor.author, key(run), "a_string", None, text) for run, text in TYPED.items()
    ]


def test_undone_deletion_is_refused_when_name_is_taken(folder, editor):
    deletion = delete_variable(folder, "a_string")
    make_editor(folder).define_variable(VariableInfo("a_string", "Theirs", None, "number"))

    with pytest.raises(NameRefused):
        editor.revert(deletion.undo)
    assert variable(folder, "a_string").title == "Theirs"


def test_note_changes_can_be_undone_and_redone(folder, editor):
    note = editor.add_note(NOW, "beam is back")
    changed = editor.change_note(note, "beam is back, 9 keV")
    assert editor.change_note(changed, "") is None

    there = editor.revert(SavedNote(changed, None))
    assert there == SavedNote(None, changed)
    assert editor.revert(SavedNote(note, changed)) == SavedNote(changed, note)
    gone = editor.revert(SavedNote(None, note))
    assert gone == SavedNote(note, None)
    make_editor(folder).add_note(NOW, "theirs")  # has got its number
    again = editor.revert(gone)
    assert again.after.text == "beam is back"
    with Database(folder.database).reading() as con:
        assert sorted(found.text for found in load_notes(con)) == ["beam is back", "theirs"]


def test_undo_keeps_note_changed_by_others(folder, editor):
    note = editor.add_note(NOW, "beam is back")
    make_editor(folder).change_note(note, "beam is lost")
    with pytest.raises(NoteChanged):
        editor.revert(SavedNote(None, note))
