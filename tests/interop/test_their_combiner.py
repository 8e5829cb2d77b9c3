"""Fragments of our runner, combined by the peer."""

from __future__ import annotations

import pytest

from damnit_daemon.model import RunKey

from . import on_disk
from .agreement import disagreements, table_disagreements
from .our_view import OurView
from .sides import PROPOSAL, extract_with_our_runner
from .stated_differences import STATED
from .test_writers_agree import row_differences
from .variables import names

pytestmark = pytest.mark.extended

KEY = RunKey(PROPOSAL, 1)


@pytest.fixture(scope="module")
def folder(peer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crossed") / "amore"
    peer.make_folder(folder, "types", PROPOSAL)
    extract_with_our_runner(folder, peer, 1)
    peer.read_context(folder)
    peer.combine(folder)
    return folder


@pytest.fixture(scope="module")
def theirs(peer, folder):
    return peer.look(folder)


@pytest.mark.parametrize("name", names("types"))
def test_peer_combiner_stores_the_rows_of_the_peer_runner(folder, their_folder, name):
    expected, found = (on_disk.value_rows(f).get(name) for f in (their_folder, folder))
    assert row_differences(expected, found) == STATED.get(name, set())


@pytest.mark.parametrize("name", names("types"))
def test_results_combined_by_the_peer_read_alike_in_both_programs(theirs, folder, name):
    assert disagreements(theirs, OurView(folder), KEY, name) == {}


def test_table_combined_by_the_peer_looks_alike_in_both_programs(theirs, folder):
    assert table_disagreements(theirs, OurView(folder)) == []


def test_peer_combiner_removes_all_our_fragments(folder):
    assert [path.name for path in (folder / "extracted_data").iterdir()] == ["p1234_r1.h5"]


def process_crossed(peer, folder, context):
    """Our runner, their combiner; rows by name."""
    peer.make_folder(folder, context, PROPOSAL)
    extract_with_our_runner(folder, peer, 1)
    peer.combine(folder)
    return on_disk.value_rows(folder)


def test_value_the_peer_runner_cannot_save_costs_no_other_value(peer, tmp_path):
    """There, one such value costs the run all its results (interop 9.1 L5)."""
    rows = process_crossed(peer, tmp_path / "amore", "unsaveable")
    assert rows["good"]["value"] == 1.0
    assert set(rows) == set(names("unsaveable"))
    assert rows["text_nul"]["value"] == "a\\x00b"


def test_value_the_peer_database_cannot_hold_costs_no_other_value(peer, tmp_path):
    """A number beyond 63 bits, bytes that are no ASCII (interop 9.1 L6)."""
    rows = process_crossed(peer, tmp_path / "amore", "unreadable")
    assert set(rows) == set(names("unreadable"))


def test_new_files_have_the_permissions_of_the_folder(folder):
    bits = folder.stat().st_mode & 0o777
    assert (folder / "extracted_data").stat().st_mode & 0o777 == bits
    for path in (folder / "extracted_data").iterdir():
        assert path.stat().st_mode & 0o777 == bits & 0o666


def test_plotly_figure_without_a_browser_costs_no_other_value(peer, tmp_path):
    """There the whole run is lost if the thumbnail cannot be drawn."""
    folder = tmp_path / "amore"
    rows = process_crossed(peer, folder, "plotly_thumbnail")
    assert rows["number"]["value"] == 1.0
    assert rows["plotly_figure"]["value"] is not None
    peer.read_context(folder)
    theirs = peer.look(folder)
    assert disagreements(theirs, OurView(folder), KEY, "plotly_figure") == {}
