"""The diagnosis dialog of a cell: keys and updates."""

import pytest
from textual.widgets import Input

from damnit_daemon.ledger import JobState
from damnit_daemon.model import Column
from damnit_daemon.store import NewValue, save_values
from damnit_tui import keymap
from damnit_tui.daemon.screen import DaemonScreen
from damnit_tui.diagnosis.dialog import DiagnosisScreen, as_text, offered_key
from damnit_tui.diagnosis.model import Cause, CauseKind, Diagnosis, Excerpt
from damnit_tui.diagnosis.suggestions import advise
from damnit_tui.jobs.screen import JobsScreen
from damnit_tui.log.screen import LogScreen
from damnit_tui.reprocess.dialog import ReprocessDialog
from damnit_tui.viewer.screen import ViewerScreen

from ..conftest import NOW, database_of, key, make_app, settle, until
from ..daemon_at_work import begin, end, ledger_of, queue, take_lease


@pytest.fixture
def declared(folder):
    """The folder, with one of its variables in the context file."""
    text = "from damnit_ctx import Variable\n\n@Variable()\ndef ratio(run):\n    return 1\n"
    folder.context_file.write_text(text)
    return folder


async def asked(pilot, run, name, press="w"):
    app = pilot.app
    await settle(pilot)
    app.main_screen.table.move_to(key(run), name)
    await pilot.press(press)
    await until(
        pilot, lambda: isinstance(app.screen, DiagnosisScreen) and app.screen.diagnosis is not None
    )
    await pilot.pause()
    return app.screen


def shown(screen):
    return screen.query_one("#why-root").content.plain


@pytest.mark.extended
@pytest.mark.parametrize("press", ["w", "enter"])
async def test_diagnosis_shows_the_root_cause_first(folder, press):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        screen = await asked(pilot, 410, "agipd.hits", press)
        assert shown(screen).startswith("Raised an error\nZeroDivisionError: division by zero")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)


async def test_diagnosis_of_a_cell_with_a_value_says_that_it_has_one(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await asked(pilot, 411, "xgm.intensity")
        assert shown(screen).startswith("Has a value")


@pytest.mark.extended
async def test_diagnosis_opens_the_viewer_for_data_without_a_summary(folder):
    """A mean that is not a number is empty in the database; the file has the data."""
    import h5py

    folder.extracted_data.mkdir(exist_ok=True)
    with h5py.File(folder.results_file(key(411)), "w") as file:
        file["agipd.hits/data"] = [1.0, 2.0, float("nan")]
    with database_of(folder).writing() as con:
        save_values(con, [NewValue(key(411), "agipd.hits", None)], now=NOW)
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await asked(pilot, 411, "agipd.hits", "enter")
        await pilot.press("I")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        assert app.screen.address == (key(411), "agipd.hits")
        await until(pilot, lambda: app.screen.is_settled and app.screen.viewer.data is not None)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)


@pytest.mark.extended
@pytest.mark.parametrize(
    ("press", "screen"),
    [("r", ReprocessDialog), ("L", LogScreen)],
)
async def test_diagnosis_obeys_the_keys_that_it_offers(folder, press, screen):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await asked(pilot, 410, "agipd.hits")
        await pilot.press(press)
        await until(pilot, lambda: isinstance(app.screen, screen))


@pytest.mark.extended
async def test_r_in_the_diagnosis_reprocesses_its_variable_and_run_despite_marks(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(411))
        await pilot.press("space")
        await asked(pilot, 410, "agipd.hits")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ReprocessDialog))
        plan = app.screen.query_one("#reprocess-plan")
        await until(pilot, lambda: "only agipd.hits" in str(plan.content))
        assert app.screen.query_one("#runs", Input).value == "410"


async def test_diagnosis_opens_jobs_and_daemon_screen_by_keys(declared):
    with ledger_of(declared) as con:
        take_lease(con)
        queue(con, 413)
    app = make_app(declared)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: app.main_screen.status.work.queued == 1)
        screen = await asked(pilot, 413, "ratio")
        assert shown(screen).startswith("Queued\nNext in the queue.")
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))


async def test_diagnosis_offers_to_start_a_missing_daemon(declared):
    with ledger_of(declared) as con:
        queue(con, 413)
    app = make_app(declared)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: app.main_screen.status.work.queued == 1)
        screen = await asked(pilot, 413, "ratio")
        assert shown(screen).startswith("No daemon is running")
        await pilot.press("D")
        await until(pilot, lambda: isinstance(app.screen, DaemonScreen))


async def test_diagnosis_opens_the_edit_prompt_of_a_user_variable(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await asked(pilot, 411, "sample")
        await pilot.press("e")
        await until(pilot, lambda: app.screen is app.main_screen)
        await until(pilot, lambda: bool(app.screen.query("EditPrompt")))


@pytest.mark.extended
async def test_diagnosis_updates_while_jobs_progress(declared):
    with ledger_of(declared) as con:
        take_lease(con)
        job = queue(con, 413)
    app = make_app(declared)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: app.main_screen.status.work.queued == 1)
        screen = await asked(pilot, 413, "ratio")
        with ledger_of(declared) as con:
            begin(con, job, "ratio", computing="ratio")
        await until(pilot, lambda: shown(screen).startswith("Running"))
        with ledger_of(declared) as con:
            end(con, job, JobState.FAILED, "no room")
        await until(pilot, lambda: "Its job failed: no room." in shown(screen))


async def test_diagnosis_is_copied_in_full(folder, monkeypatch):
    copied = []
    app = make_app(folder)
    monkeypatch.setattr(app.system_clipboard, "copy", lambda text, _: copied.append(text))
    async with app.run_test(size=(130, 34)) as pilot:
        await asked(pilot, 405, "scan")
        await pilot.press("y", "j", "k")
        assert "ZeroDivisionError: division by zero" in copied[0]


def test_diagnosis_text_escapes_control_characters():
    cause = Cause(CauseKind.RAISED, "a", "ValueError: \x1b[2J[bold]")
    log = Excerpt("log", ("\x1b]0;title\x07",))
    text = as_text(Diagnosis(key(1), Column("a", "A"), (cause,), excerpts=(log,)))
    assert "\x1b" not in text
    assert "[bold]" in text


@pytest.mark.parametrize("kind", [k for k in CauseKind if k is not CauseKind.HAS_VALUE])
def test_every_cause_but_dependencies_and_stopped_jobs_has_advice(kind):
    advice = advise(key(1), "a", Cause(kind, "a", "", 3))
    assert bool(advice) == (kind not in (CauseKind.DEPENDENCY, CauseKind.STOPPED))
    for each in advice:
        assert not each.action or offered_key(each) in keymap.KEYS
