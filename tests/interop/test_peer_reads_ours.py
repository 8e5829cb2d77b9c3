"""Folders written by our program, read by the peer."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from damnit_daemon.model import RunKey

from . import on_disk
from .agreement import disagreements, table_disagreements
from .our_view import OurView
from .sides import PROPOSAL
from .variables import names

pytestmark = pytest.mark.extended

KEY = RunKey(PROPOSAL, 1)


@pytest.fixture(scope="module")
def theirs(peer, our_folder):
    return peer.look(our_folder)


@pytest.fixture(scope="module")
def view(our_folder):
    return OurView(our_folder)


@pytest.mark.parametrize("name", names("types"))
def test_peer_reads_our_results_as_we_read_them(theirs, view, name):
    assert disagreements(theirs, view, KEY, name) == {}


def test_peer_lists_the_variables_of_our_results_file(theirs, view):
    assert view.keys(KEY) == theirs.content["runs"]["1"]["keys"]


def test_peer_table_of_our_folder_equals_ours(theirs, view):
    assert table_disagreements(theirs, view) == []


def test_peer_lists_the_run_of_our_folder(theirs):
    assert list(theirs.content["runs"]) == ["1"]
    assert theirs.content["proposal"] == PROPOSAL


def test_peer_edits_our_folder_and_we_read_the_edits(peer, ours, tmp_path):
    folder = tmp_path / "amore"
    ours.make_folder(folder, "plotly_figure", PROPOSAL)
    ours.process(folder, 1)
    peer.script("edit.py", folder, PROPOSAL, 1)
    view = OurView(folder)
    assert view.summary(KEY, "sample_name") == "lysozyme µ"
    assert view.summary(KEY, "plotly_with_summary") == "a figure"
    assert table_disagreements(peer.look(folder), view) == []


def test_peer_reads_our_values_that_it_cannot_save_itself(peer, ours, tmp_path):
    """Each of these costs them the results of the whole run (interop 9.1 L5, L6)."""
    for context in ("unsaveable", "unreadable"):
        folder = tmp_path / context
        ours.make_folder(folder, context, PROPOSAL)
        ours.process(folder, 1)
        theirs, view = peer.look(folder), OurView(folder)
        assert table_disagreements(theirs, view) == []
        assert theirs.content["runs"]["1"]["keys"] == view.keys(KEY)
        assert {name for _, name in view.stored} == set(names(context))


@pytest.mark.parametrize("context", ["types", "steps", "unsaveable", "unreadable", "tables"])
def test_peer_window_opens_with_every_row_we_write(ours, our_folder, tmp_path, context):
    """It opens every value of the database when it starts, and trusts it (interop 1.11)."""
    folder = our_folder
    if context != "types":
        folder = tmp_path / "amore"
        ours.make_folder(folder, context, PROPOSAL)
        (folder / "step.txt").write_text("2")
        ours.process(folder, 1)
    for name, row in on_disk.value_rows(folder).items():  # parses the attributes
        assert row["version"] == 1, name
        assert row["provenance"] == "context.py", name
        kind, value = row["summary_type"], row["value"]
        assert kind in (None, "complex", "numpy", "trendline"), name
        if kind == "complex":
            assert len(value) == 16, name
        elif kind:
            array = np.load(io.BytesIO(value), allow_pickle=False)
            assert kind == "numpy" or (array.dtype.kind in "biuf" and len(array) == 2), name
        elif isinstance(value, bytes):
            assert value.startswith(b"\x89PNG"), name


def test_peer_opens_and_edits_a_folder_with_parameters(peer, ours, tmp_path):
    folder = tmp_path / "amore"
    ours.make_folder(folder, "parameters", PROPOSAL)
    ours.process(folder, 1)
    ours.daemon("--in", folder, "param", "threshold", "4")
    ours.daemon("--in", folder, "reprocess", "2", "--direct")
    view = OurView(folder)
    values = {name: view.summary(RunKey(PROPOSAL, 2), name) for name in ("threshold", "scaled")}
    assert values == {"threshold": 4.0, "scaled": 8.0}
    assert table_disagreements(peer.look(folder), view) == []
    peer.script("edit.py", folder, PROPOSAL, 1)
    parameters = ours.daemon("--in", folder, "param", "--json")
    assert [each["new_runs"] for each in json.loads(parameters)] == [4.0, True, "fast", 3]
