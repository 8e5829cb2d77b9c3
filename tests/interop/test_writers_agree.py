"""One context file processed by both programs: equal on disk, but for stated differences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from damnit_daemon.store import create_database

from . import on_disk
from .images import look_alike
from .sides import PROPOSAL
from .stated_differences import ADDED_ATTRIBUTES, STATED
from .variables import names

pytestmark = pytest.mark.extended

RESULTS = f"extracted_data/p{PROPOSAL}_r1.h5"


@pytest.fixture(scope="module")
def rows(their_folder, our_folder):
    return on_disk.value_rows(their_folder), on_disk.value_rows(our_folder)


@pytest.fixture(scope="module")
def objects(their_folder, our_folder):
    return [on_disk.hdf5_objects(folder / RESULTS) for folder in (their_folder, our_folder)]


@pytest.mark.parametrize("name", names("types"))
def test_database_rows_of_both_programs_are_equal(rows, name):
    theirs, ours = (side.get(name) for side in rows)
    assert row_differences(theirs, ours) == STATED.get(name, set())


def row_differences(theirs: dict | None, ours: dict | None) -> set[str]:
    """Columns in which two rows of `run_variables` differ; `error` for its message."""
    if theirs is None or ours is None:
        return set() if theirs is ours else {"row"}
    differing = {column for column in theirs if theirs[column] != ours[column]}
    if look_alike(theirs["value"], ours["value"]):
        differing.discard("value")
    if "attributes" in differing and _same_but_message(theirs["attributes"], ours["attributes"]):
        differing = differing - {"attributes"} | {"error"}
    return differing


def _same_but_message(theirs: dict, ours: dict) -> bool:
    return {**theirs, "error": ""} == {**ours, "error": ""}


@pytest.mark.parametrize("name", names("types"))
def test_results_files_of_both_programs_are_equal(objects, name):
    theirs, ours = (side.get(name, {}) for side in objects)
    stated = STATED.get(name, set())
    assert "row" in stated or theirs.keys() == ours.keys()
    differing = {place for place in theirs if theirs[place] != ours[place]}
    # Summaries and errors are the rows of the database once more, which are compared above.
    assert {
        place for place in differing if not place.startswith(("/.reduced", "/.errors"))
    } == set()
    for place in differing - {f"/.errors/{name}"}:
        assert stated or look_alike(*(_bytes(side[place]) for side in (theirs, ours))), place


def _bytes(described: dict) -> bytes:
    value = described.get("value")
    return value[2] if isinstance(value, tuple) else b""


def test_variable_definitions_of_both_programs_are_equal(their_folder, our_folder):
    theirs = on_disk.definitions(their_folder)
    ours = on_disk.definitions(our_folder)
    typed_by_hand = {name for name, (kind, *_) in theirs.items() if kind}
    assert ours == {n: row for n, row in theirs.items() if n not in typed_by_hand}


def test_attributes_we_add_to_a_value_are_known(our_folder):
    raw = on_disk.raw_attributes(our_folder)
    known = ADDED_ATTRIBUTES | {"units", "bold", "background", "error", "error_cls"}
    assert {key for attributes in raw.values() for key in attributes} <= known


def test_new_databases_of_both_programs_have_one_schema(peer, tmp_path):
    peer.make_folder(tmp_path / "theirs", "types", PROPOSAL)
    (tmp_path / "ours").mkdir()
    create_database(
        tmp_path / "ours" / "runs.sqlite", proposal=PROPOSAL, context_python=peer.python
    )
    assert on_disk.schema(tmp_path / "ours") == on_disk.schema(tmp_path / "theirs")


def test_trendlines_of_long_arrays_keep_their_extremes(rows):
    for side in rows:
        line = _line(side["array_long"]["value"])
        data = np.sin(np.linspace(0, 20, 3000))
        assert line.shape[0] == 2
        assert 100 <= line.shape[1] <= 200
        assert (line[1].min(), line[1].max()) == (data.min(), data.max())


def _line(npy: bytes) -> np.ndarray:
    from io import BytesIO

    return np.load(BytesIO(npy), allow_pickle=False)


def test_start_time_is_stored_only_in_the_results_file(their_folder, our_folder):
    for folder in (their_folder, our_folder):
        assert "start_time" not in on_disk.value_rows(Path(folder))
        start = on_disk.hdf5_objects(folder / RESULTS)["start_time"]
        assert set(start) == {"/start_time", "/start_time/data", "/.reduced/start_time"}
