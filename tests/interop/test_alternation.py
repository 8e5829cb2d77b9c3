"""Alternating processing of one run in one folder by both programs."""

from __future__ import annotations

import json
import shutil

import pytest

from damnit_daemon.api import Folder
from damnit_daemon.derived import Definition, load_shared, save_shared
from damnit_daemon.edit import Editor
from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import Database, RaisedAlert, load_alerts, load_labels

from . import on_disk
from .agreement import disagreements, table_disagreements
from .our_view import OurView
from .peer.exchange import Unreadable
from .sides import PROPOSAL
from .variables import names

pytestmark = pytest.mark.extended

KEY = RunKey(PROPOSAL, 1)


@pytest.fixture(scope="module")
def first_step(peer, tmp_path_factory):
    """A folder that the peer has processed once; not to be changed."""
    folder = tmp_path_factory.mktemp("first") / "amore"
    peer.make_folder(folder, "steps", PROPOSAL)
    (folder / "step.txt").write_text("1")
    peer.process(folder, 1)
    return folder


@pytest.fixture
def processed(first_step, tmp_path):
    """A copy of it."""
    return shutil.copytree(first_step, tmp_path / "amore")


def check(folder, peer, step):
    """Both read what the last one wrote, and what nobody touched."""
    theirs, view = peer.look(folder), OurView(folder)
    assert {n: d for n in names("steps") if (d := disagreements(theirs, view, KEY, n))} == {}
    assert table_disagreements(theirs, view) == []
    assert view.keys(KEY) == theirs.content["runs"]["1"]["keys"]
    assert view.summary(KEY, "step") == step
    assert view.data(KEY, "growing").size == 3 * step
    assert view.data(KEY, "growing_dataset").sizes["x"] == step
    check_outcomes(view, step)
    ids = on_disk.dimension_ids(view.folder.results_file(KEY))
    assert len(ids) == len(set(ids)) > 3
    if "comment" in view.keys(KEY):
        assert view.summary(KEY, "comment") == "a comment – with µ"
        assert view.summary(KEY, "good_run") == 1


def check_outcomes(view, step):
    good, bad = ("fails_at_even_steps", "fails_at_odd_steps")[:: 1 if step % 2 else -1]
    assert view.summary(KEY, good) == view.data(KEY, good) == step
    assert "error" not in view.attributes(KEY, good)
    assert view.summary(KEY, bad) is None
    assert view.attributes(KEY, bad)["error"] == f"step {step}"
    with ResultsFile(view.folder.results_file(KEY)) as results:
        assert not results.has_data(bad)
        assert results.error(good) is None
        assert (results.preview("preview_at_odd_steps") is not None) == bool(step % 2)
        alone = "preview_alone_at_even_steps"
        assert results.has_data(alone) == bool(step % 2)
        assert (results.preview(alone) is not None) == (step % 2 == 0)
    coloured = view.attributes(KEY, "coloured_at_odd_steps")
    assert ("bold" in coloured, "background" in coloured) == ((step % 2 == 1),) * 2


@pytest.mark.parametrize(
    "order", [("theirs", "ours", "theirs"), ("ours", "theirs", "ours")], ids="-".join
)
def test_alternating_programs_read_the_values_of_each_other(order, peer, ours, tmp_path):
    sides = {"theirs": peer, "ours": ours}
    folder = tmp_path / "amore"
    sides[order[0]].make_folder(folder, "steps", PROPOSAL)
    ours.daemon("--in", folder, "db-config", "context_python", peer.python)
    for step, side in enumerate(order, start=1):
        (folder / "step.txt").write_text(str(step))
        sides[side].process(folder, 1)
        if step == 1:
            peer.script("edit.py", folder, PROPOSAL, 1)
        check(folder, peer, step)


def test_run_added_by_one_program_is_listed_by_the_other(peer, ours, processed):
    ours.process(processed, 2)
    theirs, view = peer.look(processed), OurView(processed)
    assert list(theirs.content["runs"]) == ["1", "2"]
    assert table_disagreements(theirs, view) == []
    starts = [view.runs[RunKey(PROPOSAL, run)].start_time for run in (1, 2)]
    assert starts[1] - starts[0] == 600


def test_database_schema_stays_version_4_after_our_processing(ours, first_step, processed):
    """Whoever comes last, the schema is the peer's, and so are both views' columns."""
    ours.process(processed, 1)
    assert on_disk.schema(processed) == on_disk.schema(first_step)
    assert on_disk.view_columns(processed) == on_disk.view_columns(first_step)


def test_peer_reprocesses_all_runs_that_we_added(peer, ours, tmp_path):
    """`reprocess all` there reads the view `runs`, which nothing of ours does."""
    folder = tmp_path / "amore"
    ours.make_folder(folder, "steps", PROPOSAL)
    (folder / "step.txt").write_text("1")
    ours.process(folder, 1, 2)
    (folder / "step.txt").write_text("2")
    ours.daemon("--in", folder, "db-config", "context_python", peer.python)
    peer.extract(folder, "all")
    peer.combine(folder)
    view = OurView(folder)
    assert [view.summary(RunKey(PROPOSAL, run), "step") for run in (1, 2)] == [2, 2]


@pytest.mark.parametrize("nothing", ["None", "Cell(None)"])
def test_peer_keeps_an_old_value_where_ours_clears_it(peer, ours, tmp_path, nothing):
    """A variable that gives nothing now: the reference leaves the old result (interop 9.1 L9)."""
    folder = tmp_path / "amore"
    peer.make_folder(folder, "steps", PROPOSAL)
    context = folder / "context.py"
    with_value = "from damnit_ctx import Cell, Variable\n\n@Variable\ndef v(run):\n    return 5\n"
    without = with_value.replace("return 5", f"return {nothing}")
    context.write_text(with_value)
    peer.process(folder, 1)
    context.write_text(without)
    peer.process(folder, 1)
    assert OurView(folder).summary(KEY, "v") == 5
    ours.process(folder, 1)
    view = OurView(folder)
    assert view.summary(KEY, "v") is None
    assert view.attributes(KEY, "v")["error_cls"] == "Skip"
    theirs = peer.look(folder)
    assert "v" not in theirs.content["runs"]["1"]["variables"]
    assert theirs.decode(theirs.content["table"]["rows"][0]["v"]) is None


def test_results_submitted_by_the_peer_are_combined_by_our_daemon(peer, ours, processed):
    """`damnit.submit()`: results of somebody's own program, with its own provenance."""
    peer.script("submit.py", processed, PROPOSAL, 1)
    ours.daemon("--in", processed, "combine")
    theirs, view = peer.look(processed), OurView(processed)
    stored = view.stored[KEY, "by_hand"]
    assert (stored.value, stored.provenance) == (2.5, "notebook")
    assert json.loads(stored.attributes_json or "{}").get("units") == "mm"
    assert view.attributes(KEY, "gone")["error"] == "nothing there"
    for name in ("by_hand", "an_array"):
        assert disagreements(theirs, view, KEY, name) == {}
    assert not isinstance(theirs.decode(_read(theirs, "an_array")), Unreadable)


def _read(theirs, name):
    return theirs.content["runs"]["1"]["variables"][name]["read"]


def test_what_only_we_store_outlives_what_the_peer_writes(peer, ours, processed):
    (processed / "step.txt").write_text("3")
    ours.process(processed, 1)
    columns = (Definition("twice", "step * 2", "mm"),)
    save_shared(DamnitFolder(processed), columns)
    editor = Editor(DamnitFolder(processed), environment={"AMORE_BROKER": "none"})
    labelled = editor.label_runs([KEY], add=["good", "sample-7"])
    alerts = editor.acknowledge_alerts([RaisedAlert(KEY, "by_hand > 2", 1.0)])
    (processed / "step.txt").write_text("2")
    peer.script("edit.py", processed, PROPOSAL, 1)
    peer.process(processed, 1)
    check(processed, peer, 2)
    with Database(processed / "runs.sqlite").reading() as con:
        assert load_labels(con, [KEY]) == {KEY: ("good", "sample-7")}
        assert load_alerts(con) == [alerts.alerts[0].new]
    editor.revert(labelled)
    check(processed, peer, 2)
    assert load_shared(DamnitFolder(processed)) == columns
    assert list(Folder(processed).table(columns="twice")["twice"]) == [4]
    history = Folder(processed)[1]["step"].history()
    assert [each.text() for each in history] == ["2", "1"]  # it did not record what it replaced
