"""Groups and results submitted by programs, across both programs."""

from __future__ import annotations

import numpy as np
import pytest

from damnit_ctx import Cell, Group, Pipeline, Skip, Variable
from damnit_daemon.api import Folder, submit
from damnit_daemon.model import RunKey

from . import on_disk
from .agreement import disagreements, table_disagreements
from .our_view import OurView
from .sides import PROPOSAL
from .test_writers_agree import row_differences

pytestmark = pytest.mark.extended

KEY = RunKey(PROPOSAL, 1)
START = 1_700_000_000.0


def submit_as_they_do(folder):
    """What `peer/submit.py` submits, and when the run began."""
    submit(
        folder,
        KEY,
        {"by_hand": Cell(2.5, units="mm"), "an_array": np.arange(6.0).reshape(2, 3)},
        provenance="notebook",
        errors={"gone": Skip("nothing there")},
        start_time=START,
    )


@pytest.fixture
def submitted_there(peer, tmp_path):
    """Submitted and combined by the peer."""
    folder = tmp_path / "theirs"
    peer.make_folder(folder, "groups", PROPOSAL)
    peer.script("submit.py", folder, PROPOSAL, 1)
    peer.combine(folder)
    return folder


def same_rows(theirs, ours):
    theirs, ours = on_disk.value_rows(theirs), on_disk.value_rows(ours)
    assert set(theirs) == set(ours) == {"by_hand", "an_array", "gone"}
    assert {row["provenance"] for row in ours.values()} == {"notebook"}
    for name, row in ours.items():
        assert row_differences(theirs[name], row) == set(), name


def test_our_submission_to_our_folder_equals_the_peer_in_its_own(
    peer, ours, submitted_there, tmp_path
):
    folder = tmp_path / "ours"
    ours.make_folder(folder, "groups", PROPOSAL)
    submit_as_they_do(folder)
    ours.daemon("--in", folder, "combine")
    same_rows(submitted_there, folder)
    theirs, view = peer.look(folder), OurView(folder)
    assert list(theirs.content["runs"]) == ["1"]
    assert table_disagreements(theirs, view) == []
    for name in ("by_hand", "an_array"):
        assert disagreements(theirs, view, KEY, name) == {}


def test_peer_combiner_accepts_our_submission(peer, submitted_there, tmp_path):
    folder = tmp_path / "crossed"
    peer.make_folder(folder, "groups", PROPOSAL)
    submit_as_they_do(folder)
    peer.combine(folder)
    same_rows(submitted_there, folder)
    assert Folder(folder)[1, "by_hand"].data() == 2.5
    assert Folder(folder)[1, "gone"].error.is_skip


def test_our_api_reads_results_submitted_by_the_peer(submitted_there):
    value = Folder(submitted_there)[PROPOSAL, 1]["by_hand"]
    assert (value.summary, value.units, value.provenance) == (2.5, "mm", "notebook")
    np.testing.assert_array_equal(
        Folder(submitted_there)[1, "an_array"].data(), np.arange(6.0).reshape(2, 3)
    )


def test_peer_combiner_accepts_the_results_of_our_pipeline(peer, tmp_path):
    @Group
    class G:
        @Variable(title="N", units="mm")
        def n(self, run):
            return run[0]

        @Variable
        def broken(self, run):
            raise ValueError("no")

    folder = tmp_path / "amore"
    peer.make_folder(folder, "groups", PROPOSAL)
    pipeline = Pipeline(PROPOSAL, 1, data=[4]).add(G(name="g"))
    pipeline.execute().save(folder)
    peer.combine(folder)
    rows = on_disk.value_rows(folder)
    assert (rows["g.n"]["value"], rows["g.n"]["attributes"]) == (4, {"units": "mm"})
    assert rows["g.broken"]["attributes"] == {"error": "no", "error_cls": "ValueError"}


def test_groups_are_processed_alike_by_both_programs(peer, ours, tmp_path):
    theirs, mine = tmp_path / "theirs", tmp_path / "ours"
    peer.make_folder(theirs, "groups", PROPOSAL)
    peer.process(theirs, 1)
    ours.make_folder(mine, "groups", PROPOSAL)
    ours.process(mine, 1)
    expected, found = on_disk.value_rows(theirs), on_disk.value_rows(mine)
    assert set(expected) == set(found) == {"camera.width", "camera.double"}
    for name in found:
        assert row_differences(expected[name], found[name]) == set()
    assert on_disk.definitions(mine) == on_disk.definitions(theirs)
    view, look = OurView(mine), peer.look(mine)
    assert all(disagreements(look, view, KEY, name) == {} for name in found)
