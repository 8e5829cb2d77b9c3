"""Snapshots of jobs, logs and the reprocess dialog. Look at a new one before keeping it."""

import pytest

from damnit_daemon.ledger import JobState
from damnit_tui.jobs.screen import JobsScreen
from damnit_tui.log.screen import LogScreen
from damnit_tui.reprocess.dialog import ReprocessDialog

from ..conftest import NOW, key, until
from ..daemon_at_work import HALF, begin, end, ledger_of, queue, take_lease
from ..log.test_screen import CHATTER, FAILED, HEADER
from .test_main import snap  # noqa: F401 – a fixture

SIZES = {"wide": (120, 30), "small": (80, 24)}


@pytest.fixture
def busy(folder):
    """A daemon at work, a job that failed, and a log."""
    with ledger_of(folder) as con:
        take_lease(con)
        reason = "The job needed more memory than it may have (25 GB): retry it with more."
        end(con, begin(con, queue(con, 408), now=NOW - 90), JobState.FAILED, reason)
        end(con, begin(con, queue(con, 409), "ratio", done=["ratio"], now=NOW - 60))
        names = ("ratio", "scan", "agipd.hits")
        job = queue(con, 412)
        begin(con, job, *names, done=["ratio"], computing="scan", now=NOW - 32, advance=HALF)
        queue(con, 411)
        queue(con, 410, "proc")
    path = folder.log_file(key(410))
    path.parent.mkdir(parents=True)
    path.write_text(f"\n{HEADER}{CHATTER}{FAILED}Computed scan in 0.120 s\n")
    return folder


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_jobs_screen(snap, busy, size):  # noqa: F811
    async def before(pilot):
        await pilot.press("J")
        await until(pilot, lambda: isinstance(pilot.app.screen, JobsScreen))
        await until(
            pilot, lambda: "running" in str(pilot.app.screen.query_one("#jobs-title").content)
        )
        await pilot.press("down", "down", "down", "down")

    assert snap(busy, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_log_screen_at_a_failed_variable(snap, busy, size):  # noqa: F811
    async def before(pilot):
        pilot.app.main_screen.table.move_to(key(410), "xgm.intensity")
        await pilot.press("L")
        await until(pilot, lambda: isinstance(pilot.app.screen, LogScreen))
        page = pilot.app.screen.query_one("LogView")
        await until(pilot, lambda: page.page.match is not None)
        await pilot.pause()

    assert snap(busy, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_reprocess_dialog(snap, busy, size):  # noqa: F811
    async def before(pilot):
        pilot.app.main_screen.table.move_to(key(410), "ratio")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReprocessDialog))
        await pilot.press("right")
        plan = pilot.app.screen.query_one("#reprocess-plan")
        await until(pilot, lambda: "only agipd.hits" in str(plan.content))
        await pilot.pause()

    assert snap(busy, size=SIZES[size], before=before)
