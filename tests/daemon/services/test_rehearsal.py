"""Replaying a finished proposal: times of arrival, the scratch folder, the queue at speed 1."""

from __future__ import annotations

import os

import pytest

from damnit_daemon.demo.proposal import make_proposal
from damnit_daemon.derived import load_shared
from damnit_daemon.errors import DamnitError
from damnit_daemon.paths import DATA_ROOT_VARIABLE, DamnitFolder
from damnit_daemon.services.rehearsal import (
    QueueLoad,
    Rehearsal,
    plan_arrivals,
    simulate_queue,
)
from damnit_daemon.store import Database, ensure_run, load_settings, save_setting
from tests.daemon.builders import keys, make_damnit_folder


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Empty files of three runs; the database knows when run 2 began."""
    proposal = make_proposal(tmp_path / "exfel")
    monkeypatch.setenv(DATA_ROOT_VARIABLE, str(proposal.root))
    for data, run, at in (("raw", 1, 100), ("raw", 2, 900), ("raw", 3, 9000), ("proc", 1, 130)):
        file = proposal.path / data / f"r{run:04d}" / f"{data}.h5"
        file.parent.mkdir()
        file.touch()
        os.utime(file, (at, at))
    folder = make_damnit_folder(proposal.damnit_folder, "x = 1")
    with Database(folder.database).writing() as con:
        ensure_run(con, keys(2)[0], added_at=1.0, start_time=160.0)
        save_setting(con, "noncluster_mem", "3G")
        save_setting(con, "broker", "exflwgs06:9091")
    return folder


def test_arrivals_follow_start_times_and_files_with_long_gaps_shortened(made):
    plan = plan_arrivals(made, None, longest_gap_s=50)
    assert [(each.key.run, each.data, each.came_at, each.due_s) for each in plan] == [
        (1, "raw", 100.0, 0.0),
        (1, "proc", 130.0, 30.0),
        (2, "raw", 160.0, 60.0),
        (3, "raw", 9000.0, 110.0),
    ]
    assert [each.key.run for each in plan_arrivals(made, {2, 3, 9}, longest_gap_s=50)] == [2, 3]
    with pytest.raises(DamnitError, match="no files of these runs"):
        plan_arrivals(made, {9}, longest_gap_s=50)


def test_scratch_folder_has_links_context_modules_and_settings(made, tmp_path):
    (made.path / "helper.py").write_text("y = 2")
    (made.path / "package").mkdir()
    (made.path / "package" / "__init__.py").write_text("z = 3")
    made.derived_columns.write_text('{"columns": ["run * 2 as twice"]}')
    other = tmp_path / "other.py"
    other.write_text("x = 3")
    plan = plan_arrivals(made, None, longest_gap_s=50)
    rehearsal = Rehearsal(made, tmp_path / "scratch")
    rehearsal.link(plan[1])
    assert [rehearsal.has(each) for each in plan] == [False, True, False, False]
    (link,) = (rehearsal.folder.path.parents[2] / "proc" / "r0001").iterdir()
    assert link.is_symlink()
    assert link.resolve() == plan[1].files / "proc.h5"
    assert (rehearsal.folder.path / "helper.py").read_text() == "y = 2"
    assert (rehearsal.folder.path / "package" / "__init__.py").read_text() == "z = 3"
    assert [column.name for column in load_shared(rehearsal.folder)] == ["twice"]
    with Database(rehearsal.folder.database).reading() as con:
        settings = load_settings(con)
    assert (settings["noncluster_mem"], settings["broker"]) == ("3G", "none")
    assert (settings["proposal"], settings["executor"]) == (1234, "local")
    with Database(made.database).reading() as con:
        assert load_settings(con)["db_id"] != settings["db_id"]
    again = Rehearsal(made, tmp_path / "scratch", context=other)
    assert again.has(plan[1])
    assert again.folder.context_file.read_text() == "x = 3"
    again.remove()
    assert not (tmp_path / "scratch").exists()
    assert (plan[1].files / "proc.h5").exists()


def test_folder_with_other_contents_is_no_scratch_folder(made, tmp_path):
    with pytest.raises(DamnitError, match="is no rehearsal of"):
        Rehearsal(made, made.path)
    with pytest.raises(DamnitError, match="in the original folder"):
        Rehearsal(made, made.path / "new")
    other = make_damnit_folder(tmp_path / "other")
    Rehearsal(made, tmp_path / "scratch")
    with pytest.raises(DamnitError, match="is no rehearsal of"):
        Rehearsal(other, tmp_path / "scratch")
    assert not (DamnitFolder(made.path / "new").path).exists()


@pytest.mark.parametrize(
    ("work", "slots", "load"),
    [
        ([], 2, QueueLoad(0, 0.0, 0.0)),
        ([(0, 5), (10, 5)], 1, QueueLoad(0, 0.0, 5.0)),
        ([(0, 25), (10, 25), (20, 25)], 1, QueueLoad(2, 30.0, 55.0)),
        ([(0, 25), (10, 25), (20, 25)], 2, QueueLoad(1, 5.0, 30.0)),
    ],
)
def test_queue_at_speed_1_is_simulated(work, slots, load):
    assert simulate_queue(work, slots) == load
