"""Folders written by the peer, read by our program."""

from __future__ import annotations

import pytest

from damnit_daemon.demo.proposal import START
from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, load_notes, load_settings

from .agreement import disagreements, table_disagreements
from .our_view import OurView
from .sides import PROPOSAL
from .variables import names

KEY = RunKey(PROPOSAL, 1)


@pytest.fixture(scope="module")
def theirs(peer, their_folder):
    return peer.look(their_folder)


@pytest.fixture(scope="module")
def view(their_folder):
    return OurView(their_folder)


@pytest.mark.parametrize("name", names("types"))
def test_our_reader_reads_peer_results_as_the_peer_does(theirs, view, name):
    assert disagreements(theirs, view, KEY, name) == {}


def test_our_reader_lists_the_variables_of_a_peer_results_file(theirs, view):
    assert view.keys(KEY) == theirs.content["runs"]["1"]["keys"]


def test_our_table_of_a_peer_folder_equals_the_peer_table(theirs, view):
    assert table_disagreements(theirs, view) == []


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("good_run", "boolean", 1),
        ("sample_number", "integer", 7),
        ("thickness", "number", 0.25),
        ("sample_name", "string", "lysozyme µ"),
        ("unused", "string", None),
    ],
)
def test_manual_values_of_a_peer_folder_are_read(view, name, kind, value):
    assert view.columns[name].type == kind
    assert view.summary(KEY, name) == value


def test_comments_and_notes_of_a_peer_folder_are_read(view, their_folder):
    assert view.summary(KEY, "comment") == "a comment – with µ"
    with Database(their_folder / "runs.sqlite").reading() as con:
        notes = load_notes(con)
    assert [(note.timestamp, note.text) for note in notes] == [(1_767_225_600.5, "beam is back")]


def test_run_start_of_a_peer_folder_is_read(view):
    assert view.runs[KEY].start_time == START + 600


def test_settings_of_a_peer_folder_are_read(their_folder, peer):
    with Database(their_folder / "runs.sqlite").reading() as con:
        settings = load_settings(con)
    assert settings["proposal"] == PROPOSAL
    assert settings["context_python"] == peer.python
    assert settings["data_format_version"] == 4


def test_tags_and_descriptions_of_a_peer_folder_are_read(view):
    assert set(view.columns["scalar_int"].tags) == {"scalar", "first"}
    assert view.columns["scalar_int"].description == "Trains of the run, here always 42."


ERRORS = {
    "failed": ("ValueError", "first line\nsecond line with µ"),
    "failed_silently": ("RuntimeError", ""),
    "skipped": ("Skip", "no beam today"),
    "after_skipped": (
        "Skip",
        "Skipped due to missing dependency:\n└ (skipped) failed: Skip: no beam today",
    ),
    "after_nothing": ("Skip", "Dependencies returned no data:\n- 'nothing'"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_of_a_peer_folder_are_read(view, their_folder, name):
    error_class, message = ERRORS[name]
    attributes = view.attributes(KEY, name)
    assert (attributes["error_cls"], attributes["error"]) == (error_class, message)
    with ResultsFile(view.folder.results_file(KEY)) as results:
        error = results.error(name)
    assert (error.error_class, error.message) == (error_class, message)


def test_plotly_figures_of_a_peer_folder_are_read_as_json(peer, tmp_path):
    folder = tmp_path / "amore"
    peer.make_folder(folder, "plotly_figure", PROPOSAL)
    peer.process(folder, 1)
    theirs, view = peer.look(folder), OurView(folder)
    for name in names("plotly_figure"):
        assert disagreements(theirs, view, KEY, name) == {}
    assert view.type_hint(KEY, "plotly_with_summary") == "PlotlyFigure"


def test_group_variables_of_a_peer_folder_are_read(peer, tmp_path):
    folder = tmp_path / "amore"
    peer.make_folder(folder, "groups", PROPOSAL)
    peer.process(folder, 1)
    theirs, view = peer.look(folder), OurView(folder)
    for name, title in (("camera.width", "Camera/Width"), ("camera.double", "Camera/Double width")):
        assert view.columns[name].title == title
        assert disagreements(theirs, view, KEY, name) == {}
        assert view.columns[name].tags == ("grouped",)
