"""A rehearsal of a proposal, as DAMNIT sees it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .agreement import disagreements
from .our_view import OurView
from .test_alternation import KEY

pytestmark = pytest.mark.extended


def test_peer_reads_what_a_rehearsal_of_its_folder_has_computed(peer, ours, their_folder, tmp_path):
    before = peer.look(their_folder).content
    options = ("--into", tmp_path / "scratch", "--speed", 50000, "--runs", "1:1")
    printed = ours.daemon("rehearse", their_folder, *options)
    folder = Path(re.search(r"damnit-tui (.+)", printed)[1])
    theirs, view = peer.look(folder), OurView(folder)
    assert list(theirs.content["runs"]) == ["1"]
    assert view.stored[KEY, "scalar_int"].value is not None
    assert disagreements(theirs, view, KEY, "scalar_int") == {}
    assert peer.look(their_folder).content == before
