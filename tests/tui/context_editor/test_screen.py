"""The context editor: checking, dry runs and saving with the real runner."""

from __future__ import annotations

import stat

import pytest
from textual.widgets import DataTable, TextArea

from damnit_daemon.demo.proposal import make_proposal, write_run
from damnit_daemon.store import NewValue, load_runs
from damnit_tui.context_editor import screen as screen_module
from damnit_tui.context_editor.document import ChangedOnDisk, Document
from damnit_tui.context_editor.screen import ContextScreen
from damnit_tui.context_editor.tasks import TaskMessage, printed_lines
from damnit_tui.reprocess.dialog import ReprocessDialog

from ..conftest import add_run, database_of, key, make_app, settle, until

GOOD = """\
from damnit_ctx import Variable

LIMIT = 5


@Variable(title="Trains")
def trains(run):
    return len(run.train_ids)


@Variable(title="Many")
def many(run, n: "var#trains"):
    print("looking at", n)
    return n > LIMIT
"""
BAD = GOOD.replace("var#trains", "var#trians")


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def written(folder):
    folder.context_file.write_text(GOOD)
    return folder


def area(app):
    return app.screen.query_one(TextArea)


def results_text(app):
    return str(app.screen.query_one("#context-found").content)


def title(app):
    return str(app.screen.query_one("#context-title").content)


def rows(app):
    table = app.screen.query_one(DataTable)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


async def open_editor(pilot):
    await settle(pilot)
    await pilot.press("E")
    await until(pilot, lambda: isinstance(pilot.app.screen, ContextScreen))
    await until(pilot, lambda: not area(pilot.app).read_only)


async def change(pilot, old, new):
    text = area(pilot.app).text
    assert old in text
    area(pilot.app).load_text(text.replace(old, new))
    await pilot.pause()


@pytest.mark.extended
async def test_context_editor_shows_errors_at_their_lines_and_does_not_save(written):
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        assert area(app).language == "python"
        await change(pilot, "var#trains", "var#trians")
        assert "unsaved" in title(app)
        await pilot.press("f5")
        await until(pilot, lambda: "1 error" in results_text(app))
        assert rows(app)[0][0] == "✗"
        assert "trians" in rows(app)[0][2]
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "only what ctrl-s has refused" in results_text(app))
        assert written.context_file.read_text() == GOOD
        await pilot.press("f5")
        await until(pilot, lambda: "1 error" in results_text(app))
        assert area(app).cursor_location[0] + 1 == int(rows(app)[0][1])
        area(app).move_cursor((0, 0))
        app.screen.query_one(DataTable).focus()
        await pilot.press("enter")
        await until(pilot, lambda: area(app).cursor_location[0] > 5)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Not saved" in results_text(app))
        assert written.context_file.read_text() == GOOD
        await change(pilot, "LIMIT = 5", "LIMIT = 6")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "only what ctrl-s has refused" in results_text(app))
        assert written.context_file.read_text() == GOOD
        await change(pilot, "LIMIT = 6", "LIMIT = 5")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "Saved." in results_text(app))
        assert written.context_file.read_text() == BAD


@pytest.mark.extended
async def test_context_editor_lists_changed_variables_after_saving(written):
    written.context_file.chmod(0o640)
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await pilot.press("f9")
        await until(pilot, lambda: "No variables have changed" in results_text(app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "No unsaved changes" in results_text(app))
        await change(pilot, "LIMIT = 5", "LIMIT = 50")
        await pilot.press("f9")
        await until(pilot, lambda: "Save it first" in results_text(app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Changed: many." in results_text(app))
        assert "LIMIT = 50" in written.context_file.read_text()
        assert stat.S_IMODE(written.context_file.stat().st_mode) == 0o640
        assert "unsaved" not in title(app)
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, ReprocessDialog))
        plan = app.screen.query_one("#reprocess-plan")
        await until(pilot, lambda: "only many, and dependencies" in str(plan.content))


@pytest.mark.extended
async def test_dry_run_in_the_context_editor_stores_nothing(written, tmp_path, monkeypatch):
    write_run(make_proposal(tmp_path), 412)
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path))
    stored = NewValue(key(412), "trains", 60), NewValue(key(412), "many", 0)
    add_run(written, 412, *stored)
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await change(pilot, "LIMIT = 5", "LIMIT = 0")
        before = {p: p.stat().st_mtime_ns for p in written.path.rglob("*") if p.is_file()}
        await pilot.press("f6", "enter")
        await until(pilot, lambda: "Nothing was stored" in results_text(app))
        names = {row[1]: row for row in rows(app)}
        assert names["many"][:4] == ["✓", "many", "1", "≠ 0"]
        assert "Output: looking at 60" in results_text(app)
        after = {p: p.stat().st_mtime_ns for p in written.path.rglob("*") if p.is_file()}
        assert {p: t for p, t in after.items() if ".damnit" not in p.parts} == {
            p: t for p, t in before.items() if ".damnit" not in p.parts
        }
        assert not list(written.path.glob(".damnit/try-*"))
        await pilot.press("f6")
        app.screen.query_one("#context-ask Input").value = "412 *"
        await pilot.press("enter")
        await until(pilot, lambda: "2 variables. Nothing was stored" in results_text(app))
        assert {row[1]: row[3] for row in rows(app)} == {"trains": "= 60", "many": "≠ 0"}
        await pilot.press("f6")
        app.screen.query_one("#context-ask Input").value = "no run"
        await pilot.press("enter")
        await until(pilot, lambda: "Enter a run number" in results_text(app))
        await pilot.press("f6", "escape")
        assert isinstance(app.screen, ContextScreen)


def test_dry_run_output_is_shown_without_log_lines_and_tracebacks():
    output = "hello\nComputed a in 0.1 s\nCould not get data for b\n"
    output += "Traceback (most recent call last):\n  File x\n    1 / 0\n    ~~^~~\n"
    output += "ZeroDivisionError: division by zero\n\n  indented\n"
    assert printed_lines(output) == ["hello", "  indented"]


async def test_escape_ends_a_check_that_does_not_finish(written):
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await change(pilot, "LIMIT = 5", "import time\ntime.sleep(1000)")
        await pilot.press("f5")
        await until(pilot, lambda: "Checking…" in results_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Cancelled." in results_text(app))
        assert isinstance(app.screen, ContextScreen)


@pytest.mark.extended
async def test_context_editor_shows_the_changes_of_another_user_on_saving(written):
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await change(pilot, "LIMIT = 5", "LIMIT = 6")
        written.context_file.write_text(GOOD.replace("LIMIT = 5", "LIMIT = 7"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "changed on disk since" in results_text(app))
        shown = [row[2] for row in rows(app)]
        assert "-LIMIT = 6" in shown
        assert "+LIMIT = 7" in shown
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "LIMIT = 7" in area(app).text)
        assert "unsaved" not in title(app)
        assert (results_text(app), rows(app)) == ("", [])


@pytest.mark.extended
async def test_results_of_an_older_text_are_marked_and_replaced_by_the_next_check(written):
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await change(pilot, "var#trains", "var#trians")
        await pilot.press("f5")
        await until(pilot, lambda: results_text(app) == "1 error.")
        await change(pilot, "LIMIT = 5", "LIMIT = 6")
        assert results_text(app) == "1 error. (before your last edit)"
        await change(pilot, "LIMIT = 6", "LIMIT = 7")
        assert results_text(app) == "1 error. (before your last edit)"
        await change(pilot, "var#trians", "var#trains")
        await pilot.press("f5")
        await pilot.pause()
        assert rows(app) == []
        await until(pilot, lambda: "2 variables, no errors" in results_text(app))
        # A verdict without rows is no longer known once the text changes.
        await change(pilot, "LIMIT = 7", "LIMIT = 8")
        assert results_text(app) == ""


@pytest.mark.extended
async def test_file_changed_by_others_is_loaded_unless_there_is_unsaved_text(written, monkeypatch):
    monkeypatch.setattr(screen_module, "LOOK_S", 0.05)
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        area(app).move_cursor((6, 4))
        theirs = GOOD.replace("LIMIT = 5", "LIMIT = 7")
        written.context_file.write_text(theirs)
        await until(pilot, lambda: area(app).text == theirs)
        assert results_text(app) == "Loaded again: the file was changed on disk."
        assert area(app).cursor_location == (6, 4)
        assert "unsaved" not in title(app)
        await change(pilot, "LIMIT = 7", "LIMIT = 9")
        written.context_file.write_text(GOOD)
        await until(pilot, lambda: "ctrl-s compares; ctrl-o loads it." in results_text(app))
        assert "LIMIT = 9" in area(app).text


@pytest.mark.extended
async def test_cancelled_check_does_not_report_over_the_next_one(written):
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await change(pilot, "LIMIT = 5", "import time\ntime.sleep(1000)")
        await pilot.press("f5")
        await until(pilot, lambda: "Checking…" in results_text(app))
        first = app.screen._current_task
        area(app).load_text(GOOD)
        await pilot.press("f5")
        await until(pilot, lambda: "no errors" in results_text(app))
        app.screen.post_message(
            ContextScreen.TaskReported(TaskMessage("Cancelled.", "quiet"), first)
        )
        await pilot.pause()
        assert "no errors" in results_text(app)


@pytest.mark.extended
async def test_context_editor_keeps_unsaved_text_and_closes_only_on_second_escape(written):
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await change(pilot, "LIMIT = 5", "LIMIT = 99")
        await pilot.press("escape")
        await until(pilot, lambda: "Not saved" in results_text(app))
        assert isinstance(app.screen, ContextScreen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)
        document = Document(written.context_file)
        await until(pilot, lambda: document.open().draft is not None)
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await until(pilot, lambda: "LIMIT = 99" in area(app).text)
        assert "Restored your unsaved changes" in results_text(app)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: area(app).text == GOOD)


async def test_context_editor_opens_at_a_given_line(written):
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await settle(pilot)
        app.main_screen.call_later(app.main_screen.daemon.edit_context, 7)
        await until(pilot, lambda: isinstance(app.screen, ContextScreen))
        await until(pilot, lambda: area(app).cursor_location == (6, 0))
        assert "line 7" in title(app)


@pytest.mark.extended
async def test_context_editor_walks_through_the_problem_list_by_keys(written):
    app = make_app(written)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_editor(pilot)
        await change(pilot, "def trains(run)", 'def trains(run, number: "meta#run_number")')
        await change(pilot, "var#trains", "var#trians")
        await pilot.press("f7")
        await until(pilot, lambda: len(rows(app)) >= 2)
        places = [int(row[1]) for row in rows(app)]
        for place in [*places, places[0]]:
            await pilot.press("f8")
            assert area(app).cursor_location[0] + 1 == place
        assert app.focused is area(app)


@pytest.mark.extended
async def test_context_editor_gives_hints_without_starting_python(written):
    app = make_app(written)
    async with app.run_test(size=(110, 34)) as pilot:
        await open_editor(pilot)
        await pilot.press("f7")
        await until(pilot, lambda: "No hints." in results_text(app))
        await change(pilot, "var#trains", "var#trians")
        await pilot.press("f7")
        await until(pilot, lambda: bool(rows(app)))


@pytest.mark.extended
async def test_context_editor_saves_nothing_with_read_only(written):
    app = make_app(written, read_only=True)
    async with app.run_test(size=(110, 34)) as pilot:
        await settle(pilot)
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ContextScreen))
        await until(pilot, lambda: area(app).text == GOOD)
        for pressed in ("ctrl+s", "ctrl+t"):
            await pilot.press(pressed)
            await until(pilot, lambda: "--read-only" in results_text(app))
        await pilot.press("f5")
        await until(pilot, lambda: "2 variables, no errors" in results_text(app))
        with database_of(written).reading() as con:
            assert load_runs(con)


# The document by itself


def test_document_replaces_the_file_atomically_and_keeps_symlinks(tmp_path):
    real = tmp_path / "shared" / "context.py"
    real.parent.mkdir()
    real.write_text("old\n")
    link = tmp_path / "context.py"
    link.symlink_to(real)
    document = Document(link, tmp_path / "drafts")
    assert document.open().text == "old\n"
    document.save("new\n")
    assert link.is_symlink()
    assert real.read_text() == "new\n"
    assert [path.name for path in real.parent.iterdir()] == ["context.py"]


def test_document_detects_a_change_on_disk_before_saving(tmp_path):
    path = tmp_path / "context.py"
    path.write_text("old\n")
    document = Document(path, tmp_path / "drafts")
    document.open()
    path.write_text("theirs\n")
    with pytest.raises(ChangedOnDisk) as raised:
        document.save("mine\n")
    assert raised.value.text == "theirs\n"
    document.save("mine\n", force=True)
    assert path.read_text() == "mine\n"


def test_document_ignores_a_damaged_draft(tmp_path):
    path = tmp_path / "context.py"
    document = Document(path, tmp_path / "drafts")
    document.keep_draft("x = 1\n")
    assert document.open().draft == "x = 1\n"
    (kept,) = (tmp_path / "drafts").iterdir()
    kept.write_text("{")
    assert document.open().draft is None
    kept.write_text("[1]")
    assert document.open().draft is None


@pytest.mark.parametrize("content", [b"x = 1\r\ny = 2\r\n", b"x = 1\ny = 2\n"])
def test_document_keeps_line_endings(tmp_path, content):
    path = tmp_path / "context.py"
    path.write_bytes(content)
    document = Document(path, tmp_path / "drafts")
    document.save(document.open().text.replace("1", "3"))
    assert path.read_bytes() == content.replace(b"1", b"3")
