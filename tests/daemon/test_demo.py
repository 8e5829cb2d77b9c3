"""The demo proposal and its data."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import extra_data
import numpy as np
import pytest

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.demo.__main__ import wait_until_computed
from damnit_daemon.demo.proposal import CAMERA, DETECTOR, MOTOR, XGM
from damnit_daemon.errors import DamnitError
from damnit_daemon.paths import DamnitFolder, existing_runs

from .builders import cells
from .daemon_process import experiment  # noqa: F401 – a fixture


def test_demo_runs_are_readable_by_extra_data(proposal):
    run = extra_data.open_run(1234, 1, data="all")
    energy = run[f"{XGM}:output", "data.intensityTD"].ndarray()[:, :32]
    assert 700 < energy.mean() < 1100
    image = run[f"{CAMERA}:daqOutput", "data.image.pixels"].ndarray()
    assert image.max() > 10 * np.median(image)
    assert np.ptp(run[MOTOR, "actualPosition"].ndarray()) > 1
    assert run[f"{DETECTOR}:xtdf", "image.data"][:1].ndarray().sum() > 1000
    assert str(run.train_timestamps()[0]).startswith("2026-01-01T00:10:00")


def test_demo_runs_lack_omitted_sources_and_corrected_data(proposal):
    assert not (proposal.path / "proc" / "r0002").exists()
    assert f"{CAMERA}:daqOutput" not in extra_data.open_run(1234, 3).all_sources


@pytest.mark.extended
def test_demo_data_are_equal_for_equal_arguments(tmp_path):
    means = []
    for name in "ab":
        proposal = make_proposal(tmp_path / name)
        write_run(proposal, 5)
        run = extra_data.RunDirectory(str(proposal.path / "raw" / "r0005"))
        means.append(run[XGM, "pulseEnergy.photonFlux"].ndarray())
    assert np.array_equal(*means)


def test_demo_run_is_written_completely_and_only_once(tmp_path):
    proposal = make_proposal(tmp_path)
    write_run(proposal, 1)
    assert existing_runs(proposal.path) == [1]
    with pytest.raises(FileExistsError):
        write_run(proposal, 1)
    assert sorted(p.name for p in (proposal.path / "raw").iterdir()) == ["r0001"]


@pytest.mark.extended
def test_demo_run_is_written_within_a_second(tmp_path):
    proposal = make_proposal(tmp_path)
    write_run(proposal, 1)  # imports
    began = time.process_time()
    for run in (2, 3, 4):
        write_run(proposal, run)
    assert (time.process_time() - began) / 3 < 1


@pytest.mark.extended
def test_demo_with_processing_fills_run_database(tmp_path):
    command = [sys.executable, "-m", "damnit_daemon.demo", str(tmp_path)]
    command += ["--runs", "4", "--every", "0", "--process"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=dict(os.environ), timeout=100
    )
    assert (done.returncode, done.stderr) == (0, "")
    first = done.stdout.splitlines()[0]
    assert first.startswith("folder: ")
    folder = DamnitFolder(tmp_path / "SPB/202601/p001234/usr/Shared/amore")
    assert first == f"folder: {folder.path}"

    one, two, three, four = (cells(folder, run) for run in (1, 2, 3, 4))
    assert one["stage_scan"] == ("Skip", "the stage did not move")
    assert one["run_kind"] == "dark"
    assert one["stable"] == 1
    assert "agipd_image" in one
    assert "agipd_image" not in two
    assert three["camera_image"][0] == "SourceNameError"
    assert three["camera_spot"][0] == "Skip"
    assert "camera_image" in three["camera_spot"][1]
    assert four["calibration"] == ("ZeroDivisionError", "division by zero")
    assert len(set().union(one, two, three, four)) >= 12


@pytest.mark.extended
def test_demo_ends_with_the_reason_if_its_context_file_does_not_load(experiment):  # noqa: F811
    made = experiment("import no_such_package\n")
    made.arrive(1)
    made.start_daemon()

    with pytest.raises(DamnitError, match=r"No module named 'no_such_package'.* pip install"):
        wait_until_computed(made.proposal, made.folder)
