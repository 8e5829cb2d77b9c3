"""The saved state of the table."""

from __future__ import annotations

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey
from damnit_tui.state.autosave import Autosave
from damnit_tui.state.column_layout import ColumnLayout
from damnit_tui.state.column_selection import ColumnSelection
from damnit_tui.state.saved_state import SavedState
from damnit_tui.state.saved_views import delete_view, list_views, load_view, save_view
from damnit_tui.state.storage import folder_file, write_json
from damnit_tui.state.view_state import ViewState

CHOICE = ColumnLayout(("b", "a"), frozenset({"c"}), ("b",), {"a": 20})
VIEW = ViewState(
    "xgm > 5",
    "-xgm,run",
    ColumnSelection(CHOICE, ("beam",), only=True),
    notes_folded=True,
    row_height=3,
    trends=True,
    outliers=True,
    statistics=("mean", "sum"),
)
KEPT = SavedState(
    VIEW,
    frozenset({RunKey(1, 2), RunKey(1, 10)}),
    True,
    (RunKey(1, 2), "a"),
    {(RunKey(1, 2), "comment"): "half a sen"},
    ("xgm > 5",),
    ("theme nord",),
    "nord",
    True,
    {"y": ["a"]},
    {"comment": ("half",)},
)


def keeper(tmp_path, db_id="the-id", **more):
    return Autosave(lambda: db_id, tmp_path / "amore", directory=tmp_path, pace_s=0, **more)


def begun(tmp_path, **more):
    made = keeper(tmp_path, **more)
    made.begin()
    waited = threading.Event()
    for _ in range(6000):
        if made.loaded is not None:
            return made
        waited.wait(0.01)
    raise AssertionError("it never read anything")


def file_of(tmp_path):
    return tmp_path / "folders" / "the-id.json"


def test_saved_state_survives_a_round_trip_through_its_file(tmp_path):
    first = begun(tmp_path)
    assert first.loaded == SavedState()
    first.note(KEPT)
    first.close()
    assert begun(tmp_path).loaded == KEPT


def test_saved_state_file_is_readable_json(tmp_path):
    made = begun(tmp_path)
    made.note(KEPT)
    made.close()
    found = json.loads(file_of(tmp_path).read_text())
    assert found["version"] == 1
    assert found["view"]["filter"] == "xgm > 5"
    assert found["marks"] == ["1/2", "1/10"]
    assert found["drafts"] == [{"run": "1/2", "column": "comment", "text": "half a sen"}]
    assert file_of(tmp_path).stat().st_mode & 0o077 == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = st.sampled_from([*KEPT.as_json(""), *VIEW.as_json(), "order", "hidden", "widths", "run"])


@pytest.mark.extended
@given(st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON)))
def test_any_json_is_read_as_saved_state(value):
    found = SavedState.from_json(value)
    assert SavedState.from_json(json.loads(json.dumps(found.as_json("")))) == found


@pytest.mark.parametrize("content", [b"", b"{", b"[[[", b"\xff\xfe", b"[" * 100_000])
def test_damaged_state_file_is_set_aside(tmp_path, content):
    file_of(tmp_path).parent.mkdir()
    file_of(tmp_path).write_bytes(content)
    made = begun(tmp_path)
    assert made.loaded == SavedState()
    made.note(KEPT)
    made.close()
    assert file_of(tmp_path).with_suffix(".json.broken").read_bytes() == content
    assert begun(tmp_path).loaded == KEPT


def test_state_file_of_a_newer_version_is_not_overwritten(tmp_path):
    write_json(file_of(tmp_path), {**KEPT.as_json(""), "version": 2, "more": 1})
    made = begun(tmp_path)
    assert made.loaded == KEPT
    assert "newer version" in made.problem
    made.note(SavedState())
    made.close()
    assert json.loads(file_of(tmp_path).read_text())["more"] == 1


def test_two_apps_write_whole_state_files_in_turn(tmp_path):
    makers = [begun(tmp_path), begun(tmp_path)]
    states = [SavedState(ViewState(f"run = {n}" * 500)) for n in range(40)]
    seen = set()
    for number, state in enumerate(states):
        makers[number % 2].note(state)
        if file_of(tmp_path).exists():
            seen.add(SavedState.from_json(json.loads(file_of(tmp_path).read_text())).view.filter)
    for made in makers:
        made.close()
    found = SavedState.from_json(json.loads(file_of(tmp_path).read_text()))
    assert found in states[-2:]
    assert seen <= {state.view.filter for state in states}
    assert [path.name for path in file_of(tmp_path).parent.iterdir()] == ["the-id.json"]


def test_unwritable_state_file_is_reported(tmp_path):
    (tmp_path / "folders").write_text("a file")
    made = begun(tmp_path)
    made.note(KEPT)
    made.close()
    assert "the-id.json" in made.problem


def test_autosave_waits_for_a_missing_database(tmp_path, monkeypatch):
    monkeypatch.setattr("damnit_tui.state.autosave.RETRY_S", 0.01)
    tries = []

    def load():
        tries.append(1)
        if len(tries) < 3:
            raise DamnitError("No database.")
        return "the-id"

    made = Autosave(load, tmp_path, directory=tmp_path)
    made.begin()
    waited = threading.Event()
    while made.loaded is None:
        waited.wait(0.01)
    made.close()
    assert len(tries) == 3


@pytest.mark.parametrize("db_id", [None, "", 5, "../../evil", "a/b", "x" * 200, "\x1b"])
def test_database_id_in_a_state_file_name_stays_in_its_folder(tmp_path, db_id):
    path = folder_file(tmp_path, db_id, tmp_path / "amore")
    assert path.parent == tmp_path / "folders"
    assert path.name.startswith("folder-")


def test_views_are_saved_listed_loaded_and_deleted(tmp_path):
    save_view("laser on", VIEW, tmp_path)
    save_view("dark", ViewState(), tmp_path)
    assert list_views(tmp_path) == ["dark", "laser on"]
    assert load_view("laser on", tmp_path) == VIEW
    delete_view("dark", tmp_path)
    assert list_views(tmp_path) == ["laser on"]
    with pytest.raises(DamnitError, match=r"Unknown view 'laser'. Did you mean laser on\?"):
        load_view("laser", tmp_path)
    for name in ("../x", "", ".", "a/b", "x" * 100, "a\nb"):
        with pytest.raises(DamnitError, match="Invalid view name"):
            save_view(name, VIEW, tmp_path)


@pytest.mark.parametrize("height", [0, 2, -1, 10**9, "3", None, [3], {}, True])
def test_invalid_row_height_is_one_line(height):
    assert ViewState.from_json({"row_height": height}).row_height == 1
