"""The sbatch command in the app's reprocess dialog, equal to that of `--dry-run`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from damnit_daemon.demo.proposal import make_proposal, write_run
from damnit_daemon.store import save_setting
from damnit_tui.reprocess.dialog import ReprocessDialog

from ..tui.conftest import database_of, key, make_app, make_folder, settle, until

pytestmark = pytest.mark.extended

CONTEXT = """\
from damnit_ctx import Variable


@Variable(title="Ratio", cluster=True)
def ratio(run):
    return 1
"""


@pytest.fixture
def folder(tmp_path, slurm, monkeypatch):
    for name, value in slurm.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path))
    write_run(make_proposal(tmp_path), 411)
    folder = make_folder(tmp_path / "amore")
    folder.context_file.write_text(CONTEXT)
    with database_of(folder).writing() as con:
        save_setting(con, "slurm_partition", "allgpu")
        save_setting(con, "slurm_mem", "300M")
    return folder


def told(app):
    return str(app.screen.query_one("#reprocess-slurm").content)


@pytest.mark.parametrize("executor", ["default", "Slurm", "here"])
async def test_reprocess_dialog_shows_sbatch_commands_of_dry_run(folder, executor):
    app = make_app(folder)
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(411), "ratio")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ReprocessDialog))
        await pilot.press(*["tab"] * 2, *["right"] * ["default", "here", "Slurm"].index(executor))
        await until(pilot, lambda: "sbatch" in told(app) or executor == "here")
        lines = told(app).splitlines()
        assert [line for line in lines if "--job-name" in line] == [
            line for line in lines if line.startswith("sbatch ")
        ]
        assert len(lines) == {"default": 2, "here": 0, "Slurm": 2}[executor]
        if executor == "Slurm":
            words = [sys.executable, "-m", "damnit_daemon.cli", "reprocess", "411", "--dry-run"]
            printed = subprocess.run(
                [*words, "--slurm"], cwd=folder.path, capture_output=True, text=True, check=True
            )
            assert printed.stdout.splitlines()[-2:] == lines
