"""Fragments of the peer's runner, combined by our daemon."""

from __future__ import annotations

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
def folder(peer, ours, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taken") / "amore"
    peer.make_folder(folder, "types", PROPOSAL)
    peer.extract(folder, 1)
    ours.daemon("--in", folder, "combine")
    return folder


@pytest.fixture(scope="module")
def theirs(peer, folder):
    return peer.look(folder)


@pytest.mark.parametrize("name", names("types"))
def test_our_combiner_stores_the_rows_of_the_peer_combiner(folder, their_folder, name):
    expected, found = (on_disk.value_rows(f).get(name) for f in (their_folder, folder))
    for row in filter(None, (expected, found)):
        if isinstance(row["value"], bytes) and row["value"].startswith(b"\x89PNG"):
            row["value"] = "a picture, which matplotlib signs with its version only"
    assert found == expected


@pytest.mark.parametrize("name", names("types"))
def test_results_combined_by_ours_read_alike_in_both_programs(theirs, folder, name):
    assert disagreements(theirs, OurView(folder), KEY, name) == {}


def test_table_combined_by_ours_looks_alike_in_both_programs(theirs, folder):
    assert table_disagreements(theirs, OurView(folder)) == []


def test_our_combiner_removes_all_fragments_of_the_peer(folder):
    assert [path.name for path in (folder / "extracted_data").iterdir()] == ["p1234_r1.h5"]


def test_our_combiner_stores_fragments_that_stop_the_peer_combiner(peer, ours, tmp_path):
    """A number beyond 63 bits (interop 9.1 L6) and bytes that are no ASCII, in one fragment."""
    folder = tmp_path / "amore"
    peer.make_folder(folder, "unreadable", PROPOSAL)
    peer.extract(folder, 1)
    ours.daemon("--in", folder, "combine")
    view = OurView(folder)
    assert view.summary(KEY, "last") == 1.0
    assert view.summary(KEY, "uint64_large") == str(2**63 + 1)
    assert view.data(KEY, "uint64_large") == 2**63 + 1
    assert view.summary(KEY, "bytes_not_ascii") is not None


def test_our_combiner_combines_fragments_of_two_runs(peer, ours, tmp_path):
    folder = tmp_path / "amore"
    peer.make_folder(folder, "types", PROPOSAL)
    peer.extract(folder, 1, 2)
    ours.daemon("--in", folder, "combine")
    theirs, view = peer.look(folder), OurView(folder)
    assert list(theirs.content["runs"]) == ["1", "2"]
    assert table_disagreements(theirs, view) == []
