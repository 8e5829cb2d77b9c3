"""Labels of runs: set with a key, seen by all users, undone, refused after another's change."""

import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.ledger import Ledger, load_edits
from damnit_daemon.query import FilterError
from damnit_daemon.store import LabelChange, add_note, load_runs, save_labels
from damnit_tui.widgets.prompt import Prompt
from damnit_tui.widgets.prompt_hint import PromptHint

from ..conftest import NOW, database_of, key, make_app, settle, until
from .test_cell_edit import notifications, screen_text, table_of, type_in, written


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setenv("AMORE_BROKER", "none")


def labels_in(folder):
    with database_of(folder).reading() as con:
        return {row.key.run: row.labels for row in load_runs(con) if row.labels}


def labels_on(pilot, run):
    return table_of(pilot).rows.run(key(run)).labels


def label_elsewhere(folder, run, old, new):
    with database_of(folder).writing() as con:
        save_labels(con, [LabelChange(key(run), old, new)])


async def label(pilot, text):
    await pilot.press("number_sign")
    await type_in(pilot, text)
    await pilot.press("enter")
    await written(pilot)


async def test_marked_runs_are_labelled_repeated_and_undone(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("space", "space")
        await label(pilot, "bad sample-7")
        await until(pilot, lambda: labels_on(pilot, 411) == ("bad", "sample-7"))
        both = {412: ("bad", "sample-7"), 411: ("bad", "sample-7")}
        assert labels_in(folder) == both
        await pilot.press("escape")
        table_of(pilot).move_to(key(410), "comment")
        await pilot.press("full_stop")
        await until(pilot, lambda: labels_on(pilot, 410) == ("bad", "sample-7"))
        await label(pilot, "good")
        await until(pilot, lambda: labels_on(pilot, 410) == ("good", "sample-7"))
        await until(pilot, lambda: "410✓" in screen_text(app) and "411✗" in screen_text(app))
        await until(pilot, lambda: "r410 (good sample-7) · Comment" in screen_text(app))
        await pilot.press("u")
        await until(pilot, lambda: labels_on(pilot, 410) == ("bad", "sample-7"))
        await pilot.press("u", "u")
        await until(pilot, lambda: not labels_in(folder))
        await until(pilot, lambda: not any(labels_on(pilot, run) for run in (410, 411, 412)))
        await pilot.press("U")
        await until(pilot, lambda: labels_in(folder) == both)
    with Ledger(folder.ledger).reading() as con:
        edits = load_edits(con, name="labels")
    assert [(e.run_key.run, e.old, e.new) for e in edits][-2:] == [
        (412, "", "bad sample-7"),
        (411, "", "bad sample-7"),
    ]


@pytest.mark.extended
async def test_labels_of_one_app_appear_in_another_and_in_its_filter(folder):
    first, second = make_app(folder), make_app(folder)
    async with second.run_test(size=(120, 30)) as there:
        await settle(there)
        second.main_screen.runs.runs_query.set_filter("label:none")
        async with first.run_test(size=(120, 30)) as here:
            await settle(here)
            await label(here, "dark")
        await until(there, lambda: labels_on(there, 412) == ("dark",))
        await until(there, lambda: key(412) not in table_of(there).rows.keys)
        second.main_screen.runs.runs_query.set_filter("label:dark")
        await until(there, lambda: table_of(there).rows.keys == [key(412)])


@pytest.mark.extended
async def test_labels_that_another_user_changes_first_are_not_overwritten(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.feed.stop()  # as if the change had come a moment ago
        await until(pilot, lambda: all(w.is_finished for w in app.workers if w.group == "feed"))
        label_elsewhere(folder, 412, (), ("bad",))
        await label(pilot, "good")
        await until(pilot, lambda: any("run 412 (now bad)" in said for said in notifications(app)))
        assert labels_in(folder) == {412: ("bad",)}


@pytest.mark.extended
async def test_undo_leaves_labels_that_another_user_has_changed_since(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await label(pilot, "good")
        label_elsewhere(folder, 412, ("good",), ("dark",))
        await pilot.press("u")
        await until(pilot, lambda: any("now dark" in said for said in notifications(app)))
        await until(pilot, lambda: labels_on(pilot, 412) == ("dark",))
        await pilot.press("u")
        await until(pilot, lambda: "Nothing to undo." in notifications(app))
        assert labels_in(folder) == {412: ("dark",)}


@pytest.mark.extended
async def test_labels_typed_while_the_database_is_locked_are_all_written(folder, monkeypatch):
    from damnit_tui.data import edit_queue

    monkeypatch.setattr(edit_queue, "TIMEOUT_S", 0.05)
    monkeypatch.setattr(edit_queue, "RETRY_S", 0.05)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        with closing(database_of(folder).connect("rw")) as con:
            con.execute("BEGIN IMMEDIATE")
            for text in ("good", "dark"):
                await pilot.press("number_sign")
                await type_in(pilot, text)
                await pilot.press("enter")
            await until(pilot, lambda: app.main_screen.status.unwritten)
            con.execute("ROLLBACK")
        await until(pilot, lambda: labels_in(folder) == {412: ("dark", "good")})
        await until(pilot, lambda: labels_on(pilot, 412) == ("dark", "good"))


@pytest.mark.extended
async def test_prompt_offers_labels_in_use_and_refuses_words_that_are_none(folder):
    label_elsewhere(folder, 400, (), ("sample-7",))
    label_elsewhere(folder, 412, (), ("good",))
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("number_sign")
        await until(pilot, lambda: app.screen.query_one(Prompt))
        complete = app.main_screen.command_line.complete
        assert complete("label ", 6).options == ("good", "bad", "dark", "sample-7", "-good")
        assert complete("label good sa", 13).options == ("sample-7",)
        with pytest.raises(FilterError, match="beside the run numbers"):
            app.main_screen.command_line.run("columns labels,ratio")
        with pytest.raises(FilterError, match=r"A label is missing\."):
            app.main_screen.command_line.run("label dark -")
        with pytest.raises(FilterError, match="good or bad, not both"):
            app.main_screen.command_line.run("label good bad")
        await type_in(pilot, "none")
        await pilot.press("enter")
        hint = app.screen.query_one(PromptHint)
        await until(pilot, lambda: "stands for runs without labels" in str(hint.render()))
        assert labels_in(folder) == {400: ("sample-7",), 412: ("good",)}


@pytest.mark.extended
async def test_labels_of_other_programs_reach_the_terminal_only_escaped(folder):
    label_elsewhere(folder, 412, (), ("good",))
    with closing(sqlite3.connect(folder.database)) as con, con:
        con.execute("UPDATE tui_run_labels SET labels = ?", ("good \x1b[2J",))
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "r412 (␛[2j good)" in screen_text(app))
        await pilot.press("i")
        await until(pilot, lambda: "Labels" in screen_text(app))
        assert "␛[2j good" in screen_text(app)
        await pilot.press("escape", "number_sign")
        complete = app.main_screen.command_line.complete
        assert complete("label ", 6).options == ("good", "bad", "dark", "-good")


@pytest.mark.extended
async def test_run_beside_a_note_is_not_labelled_by_mistake(folder):
    with database_of(folder).writing() as con:
        add_note(con, NOW, "beam is back")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: table_of(pilot).lines.notes)
        await pilot.press("k")
        await until(pilot, lambda: table_of(pilot).note)
        await label(pilot, "bad")
        await until(pilot, lambda: any("Go to a run" in said for said in notifications(app)))
        assert not labels_in(folder)
