"""Manual edits of one program, read by the other."""

from __future__ import annotations

import json

import pytest

from damnit_daemon.edit import Editor, typed_text
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Database,
    ValueEdit,
    load_columns,
    load_notes,
    load_plain,
    load_variables,
)

from . import on_disk
from .sides import PROPOSAL

pytestmark = pytest.mark.extended

KEY = RunKey(PROPOSAL, 1)
TYPED = {
    "good_run": ("Good run", "boolean", True),
    "sample_number": ("Sample/Number", "integer", 7),
    "thickness": ("Sample/Thickness", "number", 0.25),
    "sample_name": ("Sample/Name", "string", "lysozyme µ"),
}
"""The same as `peer/edit.py` types."""


@pytest.fixture(scope="module")
def typed_by_us(ours, tmp_path_factory):
    folder = tmp_path_factory.mktemp("typed") / "amore"
    ours.make_folder(folder, "steps", PROPOSAL)
    ours.process(folder, 1)
    editor = Editor(DamnitFolder(folder), author="me@here", environment={"AMORE_BROKER": "none"})
    for name, (title, type_name, value) in TYPED.items():
        info = VariableInfo(name, title, f"about {title}", type_name)
        editor.define_variable(info)
        editor.set_values([ValueEdit(KEY, name, None, value)])
    editor.define_variable(VariableInfo("unused", "Never filled", "", "string", ("extra",)))
    editor.set_values([ValueEdit(KEY, "comment", None, "a comment – with µ")])
    editor.add_note(1_767_225_600.5, "beam is back")
    editor.add_runs(1)
    return folder


def test_peer_window_shows_variables_and_values_typed_in_ours(peer, typed_by_us):
    seen = json.loads(peer.script("typed.py", typed_by_us))

    assert {n: (v["title"], v["type"]) for n, v in seen["variables"].items()} == {
        **{name: (title, type_name) for name, (title, type_name, _) in TYPED.items()},
        "unused": ("Never filled", "string"),
    }
    values = seen["values"]
    assert {name: values[f"1 {name}"] for name in TYPED} == {
        name: [value, "manual-input"] for name, (_, _, value) in TYPED.items()
    }
    assert values["1 comment"] == ["a comment – with µ", "manual-input"]
    assert values["2 comment"] == [None, ""]
    assert seen["notes"] == [[1_767_225_600.5, "beam is back"]]
    assert "extra" in seen["tags"]
    assert seen["view"] == [sorted([*TYPED, "comment", "unused"])]


def test_peer_api_returns_values_typed_in_ours(peer, typed_by_us):
    view = peer.look(typed_by_us)
    (row,) = view.content["table"]["rows"]
    found = {name: view.decode(row[name]) for name in [*TYPED, "comment"]}

    assert found == {
        **{name: value for name, (_, _, value) in TYPED.items()},
        "comment": "a comment – with µ",
    }


def test_our_rows_of_manual_values_equal_those_of_the_peer_window(peer, typed_by_us, tmp_path):
    theirs = tmp_path / "amore"
    peer.make_folder(theirs, "steps", PROPOSAL)
    peer.process(theirs, 1)
    peer.script("edit.py", theirs, PROPOSAL, 1)

    ours_rows, their_rows = (on_disk.value_rows(f) for f in (typed_by_us, theirs))

    for name in TYPED:
        assert ours_rows[name] == their_rows[name]


def test_our_program_reads_and_edits_values_typed_in_the_peer(their_folder):
    with Database(their_folder / "runs.sqlite").reading() as con:
        columns = {column.name: column for column in load_columns(con)}
        infos = {info.name: info for info in load_variables(con)}
        values = {name: load_plain(con, KEY, name) for name in [*TYPED, "comment"]}
        notes = [(note.timestamp, note.text) for note in load_notes(con)]

    for name, (title, type_name, value) in TYPED.items():
        assert (columns[name].title, infos[name].type) == (title, type_name)
        assert typed_text(values[name], type_name) == typed_text(value, type_name)
    assert values["comment"] == "a comment – with µ"
    assert (1_767_225_600.5, "beam is back") in notes
