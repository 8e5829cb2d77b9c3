"""Snapshots of the screens beside the table. Look at a new one before keeping it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.table import Table
from textual.widgets import DataTable, Label, TextArea

from damnit_daemon.demo.proposal import make_proposal, write_run
from damnit_daemon.ledger import JobState, Outcome, VariableProgress, load_jobs, save_progress
from damnit_daemon.store import (
    AlertChange,
    NewValue,
    RaisedAlert,
    change_alerts,
    raise_alerts,
    save_setting,
)
from damnit_tui.context_editor.screen import ContextScreen
from damnit_tui.daemon.screen import DaemonScreen
from damnit_tui.jobs.timings_dialog import TimingsDialog
from damnit_tui.proposals.screen import ProposalsScreen
from damnit_tui.report.screen import ReportScreen
from damnit_tui.reprocess import dialog
from damnit_tui.reprocess.dialog import ReprocessDialog

from ..conftest import NOW, add_run, database_of, key, make_folder, until
from ..context_editor.test_screen import GOOD
from ..daemon_at_work import ledger_of
from .test_jobs_and_logs import SIZES, busy  # noqa: F401 – a fixture
from .test_main import FOLDER, snap  # noqa: F401 – a fixture


@pytest.fixture
def placed(folder):
    """With a context file."""
    folder.context_file.write_text(GOOD)
    return folder


def hide_path(pilot):
    """Where the test lies is no part of the picture."""
    screen = pilot.app.screen
    screen._document.path = Path(FOLDER) / "context.py"
    screen.show_title()


async def opened(pilot, kind, *keys):
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))
    await pilot.pause()


async def command(pilot, kind, text):
    await opened(pilot, kind, "colon", *text, "enter")


def said(pilot):
    return str(said_at(pilot, "#context-found"))


def said_at(pilot, place):
    return pilot.app.screen.query_one(place).content


async def editor(pilot):
    await opened(pilot, ContextScreen, "E")
    area = pilot.app.screen.query_one(TextArea)
    await until(pilot, lambda: not area.read_only)
    area.cursor_blink = False  # a picture is of one moment
    return area


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_daemon_screen(snap, busy, size):  # noqa: F811
    python = "/gpfs/exfel/sw/software/euxfel-environment-management/environments/bin/python"
    with database_of(busy).writing() as con:
        save_setting(con, "damnit_python", python)

    async def before(pilot):
        await opened(pilot, DaemonScreen, "D")
        await until(pilot, lambda: pilot.app.screen.query_one(DataTable).row_count > 5)
        pilot.app.screen.query_one("#daemon-title", Label).update(f" Daemon of {FOLDER}")
        await pilot.press("down", "down")
        await pilot.pause()

    assert snap(busy, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_context_editor(snap, placed, size):  # noqa: F811
    async def before(pilot):
        await editor(pilot)
        hide_path(pilot)

    assert snap(placed, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_context_editor_with_errors(snap, placed, size):  # noqa: F811
    async def before(pilot):
        area = await editor(pilot)
        area.load_text(GOOD.replace("var#trains", "var#trians").replace("len(run", "len(rnu"))
        await pilot.press("f5")
        await until(pilot, lambda: "error" in said(pilot))
        hide_path(pilot)

    assert snap(placed, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_context_editor_after_a_dry_run(snap, placed, size, tmp_path, monkeypatch):  # noqa: F811
    write_run(make_proposal(tmp_path), 412)
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path))
    wrong = '@Variable(title="Wrong")\ndef wrong(run):\n    return 1 / 0\n'
    placed.context_file.write_text(f"{GOOD}\n\n{wrong}")
    add_run(placed, 412, NewValue(key(412), "trains", 60), NewValue(key(412), "many", 0))

    async def before(pilot):
        await editor(pilot)
        await pilot.press("f6", *["backspace"] * 3, *"412 *", "enter")
        await until(pilot, lambda: "Nothing was stored" in said(pilot))
        table = pilot.app.screen.query_one(DataTable)
        for row in range(table.row_count):
            table.update_cell_at((row, 4), "0.01 s")  # what it took is no part of the picture
        hide_path(pilot)
        await pilot.pause()

    assert snap(placed, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_context_editor_with_a_conflicting_change(snap, placed, size):  # noqa: F811
    async def before(pilot):
        area = await editor(pilot)
        area.load_text(GOOD.replace("LIMIT = 5", "LIMIT = 6"))
        placed.context_file.write_text(GOOD.replace("LIMIT = 5", "LIMIT = 7"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "changed on disk" in said(pilot))
        hide_path(pilot)

    assert snap(placed, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_report_screen(snap, folder, size):  # noqa: F811
    async def before(pilot):
        await command(pilot, ReportScreen, "report")
        pilot.app.screen.query_one(TextArea).cursor_blink = False
        await until(pilot, lambda: bool(pilot.app.screen.query_one(TextArea).text))
        await pilot.pause()

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_timings_dialog(snap, busy, size):  # noqa: F811
    with ledger_of(busy) as con:
        costs = {"agipd.hits": 48.0, "scan": 3.0, "ratio": 0.25, "label": 0.002}
        (job, *_) = load_jobs(con, states=[JobState.RUNNING])
        done = [VariableProgress(job.id, n, Outcome.DONE, NOW, cost) for n, cost in costs.items()]
        save_progress(con, done)

    async def before(pilot):
        await command(pilot, TimingsDialog, "timings")
        await until(pilot, lambda: isinstance(said_at(pilot, "#timings"), Table))
        await pilot.pause()

    assert snap(busy, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_proposals_screen(snap, folder, size, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.chdir(tmp_path)  # where the test lies is no part of the picture
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", "exp")
    for place in ("MID/202601/p001234", "MID/202601/p001235", "SPB/202602/p002345"):
        make_folder(tmp_path / "exp" / place / "usr/Shared/amore")

    async def before(pilot):
        await opened(pilot, ProposalsScreen, "P")
        title = pilot.app.screen.query_one("#places-title", Label)
        await until(pilot, lambda: "3 of 3" in str(title.content))
        await pilot.press("down")
        await pilot.pause()

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_alert_notifications(snap, folder, size):  # noqa: F811
    async def before(pilot):
        await pilot.press("colon", *"alert xgm.intensity < 500 for 3 runs", "enter")
        await until(pilot, lambda: said_of(pilot))
        await pilot.pause()

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_alerts_screen(snap, folder, size):  # noqa: F811
    raised = [RaisedAlert(key(run), "xgm.intensity < 500 for 3 runs", NOW) for run in (411, 412)]
    done = raised[0]._replace(acknowledged_at=NOW + 60, acknowledged_by="anna@exflonc12")
    with database_of(folder).writing() as con:
        raise_alerts(con, raised)
        change_alerts(con, [AlertChange(raised[0], done)])

    async def before(pilot):
        await until(pilot, lambda: pilot.app.main_screen.alerts.unacknowledged)
        await pilot.press("exclamation_mark", "j")
        await pilot.pause()

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_reprocess_dialog_for_slurm(snap, busy, size, monkeypatch):  # noqa: F811
    monkeypatch.setattr(dialog, "PAUSE_S", 3600)  # what Slurm says depends on the machine
    line = (
        "sbatch --parsable --cluster=maxwell --partition=upex --time=02:00:00 "
        "--job-name=r410-p1234-damnit --output=/gpfs/exfel/exp/MID/202601/p001234/usr/Shared/amore/"
        "process_logs/r410-p1234.out --open-mode=append --comment=SUBMISSION job.sh"
    )

    async def before(pilot):
        pilot.app.main_screen.table.move_to(key(410), "ratio")
        await opened(pilot, ReprocessDialog, "r")
        box = pilot.app.screen
        await until(pilot, lambda: "job" in str(box.query_one("#reprocess-plan").content))
        box._show_slurm(line)
        await pilot.pause()

    assert snap(busy, size=SIZES[size], before=before)


def said_of(pilot):
    return [note.message for note in pilot.app._notifications]
