"""Snapshots of diagnosis, plot, details and differences. Look at a new one before keeping it."""

import pytest

from damnit_tui.compare.details_screen import DetailsScreen
from damnit_tui.compare.differences_screen import DifferencesScreen
from damnit_tui.compare.groups_screen import GroupsScreen
from damnit_tui.compare.history_screen import HistoryScreen
from damnit_tui.diagnosis.dialog import DiagnosisScreen
from damnit_tui.plot.screen import PlotScreen

from ..conftest import NOW, at_rest, key, make_app, settle, until
from ..daemon_at_work import begin, end, ledger_of, queue, take_lease
from ..plot.sample_folder import fill

FOLDER = "/gpfs/exfel/exp/MID/202601/p001234/usr/Shared/amore"
SIZES = pytest.mark.parametrize("size", [(130, 34), (80, 24)], ids=["wide", "small"])

CONTEXT = '''\
from damnit_ctx import Variable


@Variable(title="AGIPD/Hits")
def hits(run):
    """Frames with more than 12 peaks."""
    return 1204 / 0


@Variable(title="Scan")
def scan(run, hits: "var#agipd.hits"):
    return hits
'''
LOG = """\
----- Processing r405 (p1234) as xmid on max-exfl458 (subprocess) -----
Computed ratio in 0.012 s
Could not get data for agipd.hits
Traceback (most recent call last):
  File "/gpfs/exfel/exp/MID/202601/p001234/usr/Shared/amore/context.py", line 7, in hits
    return 1204 / 0
           ~~~~~^~~
ZeroDivisionError: division by zero
Skipping scan because of missing dependencies
"""


@pytest.fixture
def with_data(empty_folder):
    return fill(empty_folder)


@pytest.fixture
def snap(snap_compare):
    """Compare the app with its picture, once it has come to rest."""

    def compare(folder, *, size, before):
        app = make_app(folder, shown_path=FOLDER)

        async def run_before(pilot):
            await settle(pilot)
            await until(pilot, lambda: app.main_screen.status.work.is_known)
            await before(pilot)
            await at_rest(pilot)

        return snap_compare(app, terminal_size=size, run_before=run_before)

    return compare


async def press(pilot, keys, run, name, screen):
    app = pilot.app
    app.main_screen.table.move_to(key(run), name)
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(app.screen, screen))
    await pilot.pause(0.1)


@pytest.mark.extended
@SIZES
def test_diagnosis_of_a_failed_dependency(snap, folder, size):
    folder.context_file.write_text(CONTEXT)
    log = folder.log_file(key(410))
    log.parent.mkdir()
    log.write_text(LOG)

    async def before(pilot):
        await press(pilot, "w", 410, "agipd.hits", DiagnosisScreen)
        await until(pilot, lambda: pilot.app.screen.diagnosis is not None)
        await pilot.pause()

    assert snap(folder, size=size, before=before)


@pytest.mark.extended
@SIZES
def test_plot_over_runs(snap, folder, size):
    async def before(pilot):
        await press(pilot, "p", 411, "xgm.intensity", PlotScreen)
        await pilot.press("c", *"hits", "enter", "right", "right", "right")
        await until(pilot, lambda: pilot.app.screen.model.state.cursor is not None)

    assert snap(folder, size=size, before=before)


@pytest.mark.extended
def test_plot_as_histogram(snap, folder):
    async def before(pilot):
        await press(pilot, "p", 411, "xgm.intensity", PlotScreen)
        await pilot.press("m", "m")

    assert snap(folder, size=(100, 28), before=before)


@pytest.mark.extended
@SIZES
def test_plot_with_a_fit(snap, folder, size):
    async def before(pilot):
        await press(pilot, "p", 411, "xgm.intensity", PlotScreen)
        await pilot.press("f", "f")
        await until(pilot, lambda: pilot.app.screen.model.fit is not None)

    assert snap(folder, size=size, before=before)


@pytest.mark.extended
def test_plot_variable_dialog(snap, folder):
    async def before(pilot):
        await press(pilot, "p", 411, "xgm.intensity", PlotScreen)
        await pilot.press("v", "x", "g", "m")
        await pilot.pause(0.1)

    assert snap(folder, size=(100, 28), before=before)


@pytest.mark.extended
@SIZES
def test_plot_within_runs(snap, with_data, size):
    async def before(pilot):
        app = pilot.app
        app.main_screen.table.move_to(key(3), "energy")
        await pilot.press("space", "space", "space", "p")
        await until(pilot, lambda: isinstance(app.screen, PlotScreen) and app.screen.model.drawn)
        await pilot.pause()

    assert snap(with_data, size=size, before=before)


@pytest.mark.extended
@SIZES
def test_details_of_a_run(snap, folder, size):
    with ledger_of(folder) as con:
        take_lease(con)
        job = begin(con, queue(con, 411, now=NOW - 90), "ratio", done=["ratio"], now=NOW - 60)
        end(con, job, now=NOW - 58)

    async def before(pilot):
        await press(pilot, "i", 411, "ratio", DetailsScreen)
        await until(pilot, lambda: pilot.app.screen._history is not None)
        await pilot.pause()

    assert snap(folder, size=size, before=before)


@pytest.mark.extended
@SIZES
def test_differences_of_marked_runs(snap, folder, size):
    async def before(pilot):
        await press(pilot, ["space", "space", "space", "d"], 411, "ratio", DifferencesScreen)

    assert snap(folder, size=size, before=before)


@SIZES
def test_history_of_a_cell(snap, folder, size):
    async def before(pilot):
        await press(pilot, "W", 408, "ratio", HistoryScreen)

    assert snap(folder, size=size, before=before)


@pytest.mark.extended
@SIZES
def test_groups(snap, folder, size):
    async def before(pilot):
        await press(pilot, "B", 409, "sample", GroupsScreen)
        await pilot.press("m", "s")

    assert snap(folder, size=size, before=before)
