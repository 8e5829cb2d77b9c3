"""Images in the shift report: recorded when saved, linked when sent."""

from __future__ import annotations

import os
from datetime import UTC

import pytest
from textual.widgets import Input, TextArea

from damnit_daemon import logbook as logbook_module
from damnit_daemon.errors import DamnitError
from damnit_daemon.logbook import Logbook
from damnit_tui.dialogs.save_dialog import SaveDialog
from damnit_tui.plot.screen import PlotScreen
from damnit_tui.report import send
from damnit_tui.report.build import ShiftSummary, write_report
from damnit_tui.report.collect import Reports
from damnit_tui.report.screen import ReportScreen
from damnit_tui.report.send import send_report
from damnit_tui.state.saved_pictures import SavedPicture, load_pictures, note_picture, pictures_file
from damnit_tui.viewer.screen import ViewerScreen

from ...daemon.logbook.server import KEY, LogbookServer
from ..conftest import NOW, key, make_app, settle, until
from ..viewer.sample_folder import make_inspect_folder

PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def server():
    with LogbookServer() as running:
        yield running


@pytest.fixture
def logbook(server):
    return Logbook(server.url, KEY)


@pytest.fixture
def make_picture(tmp_path):
    def make(name="xgm.png", content=PNG, shown="XGM over Run"):
        path = tmp_path / name
        path.write_bytes(content)
        return SavedPicture(NOW - 60, path, shown)

    return make


def report_of(*pictures):
    return write_report(ShiftSummary(1234, NOW - 3600, NOW, pictures=pictures), UTC)


# Noted


def test_saved_images_are_recorded_one_per_line(tmp_path):
    file = pictures_file("an-id", tmp_path, tmp_path / "state")
    first = SavedPicture(NOW - 60, tmp_path / "a.png", "XGM")
    assert load_pictures(file, 0, NOW) == ()
    for picture in (first, SavedPicture(NOW - 50, tmp_path / "b.csv", "numbers"),
                    SavedPicture(NOW - 40, tmp_path / "c.png", "hits"),
                    first._replace(at=NOW - 30)):  # fmt: skip
        note_picture(file, picture)
    with file.open("a") as opened:
        opened.write('nonsense\n{"at": "x", "path": 3}\n[]\n{"at": 1')
    found = [(each.at, each.path.name) for each in load_pictures(file, NOW - 100, NOW)]
    assert found == [(NOW - 40, "c.png"), (NOW - 30, "a.png")]
    assert load_pictures(file, NOW - 35, NOW) == (first._replace(at=NOW - 30),)
    assert file.stat().st_mode & 0o077 == 0
    note_picture(file, first._replace(at=NOW - 20))  # the broken line costs itself
    assert len(load_pictures(file, NOW - 25, NOW)) == 1


def test_report_lists_saved_images_with_their_captions(tmp_path):
    here = SavedPicture(NOW - 60, tmp_path / "a\x1b`.png", "XGM\nover \x1b[31m Run")
    gone = SavedPicture(NOW - 30, tmp_path / "b.png", "hits")
    happened = ShiftSummary(1, NOW - 3600, NOW, pictures=(here, gone), gone=frozenset([gone.path]))
    text = write_report(happened, UTC)
    assert (
        f"#### Plots\n\n* 2026-03-14 11:59 XGM over ␛[31m Run: `` {tmp_path}/a␛`.png ``\n" in text
    )
    assert f"hits: `{tmp_path}/b.png` (file no longer exists)\n" in text


def test_report_contains_saved_plots_as_text(tmp_path):
    drawing = " ```x\x1b\n 1 ┤⣿\n   └┬"
    first = SavedPicture(NOW - 60, tmp_path / "a.png", "XGM", drawing)
    file = pictures_file("an-id", tmp_path, tmp_path / "state")
    note_picture(file, first)
    assert load_pictures(file, 0, NOW) == (first,)
    text = report_of(first)
    assert text.endswith(f"`{first.path}`\n\n```text\n '''x␛\n 1 ┤⣿\n   └┬\n```\n\n")


# Sent


def test_sent_report_uploads_and_links_its_images(server, logbook, make_picture):
    server.link = "/user_uploads/2/ab/1.png"
    picture = make_picture("a[b].png")
    sent = send_report(logbook, "shift", report_of(picture), [picture])
    assert (sent.messages, sent.problems) == (1, [])
    assert server.uploaded == [("a[b].png", PNG)]
    ((topic, text, _),) = server.received
    assert topic == "shift"
    assert r"XGM over Run: [a\[b\].png](/user_uploads/2/ab/1.png)" in text


def test_image_removed_from_the_report_text_is_not_uploaded(server, logbook, make_picture):
    picture = make_picture()
    send_report(logbook, "shift", "nothing of note", [picture])
    assert server.uploaded == []


def test_failed_image_uploads_do_not_stop_the_report(server, logbook, make_picture, tmp_path):
    good, large = make_picture("good.png"), make_picture("large.png", PNG + b"x" * 1000)
    gone, text = make_picture("gone.png"), make_picture("text.png", b"secret words")
    pipe = SavedPicture(NOW, tmp_path / "pipe.png", "a pipe")
    gone.path.unlink()
    os.mkfifo(pipe.path)
    server.largest = 500
    pictures = [large, gone, text, pipe, good]
    sent = send_report(logbook, "shift", report_of(*pictures), pictures)
    assert [name for name, _ in server.uploaded] == ["good.png"]
    ((_, said, _),) = server.received
    assert "[good.png](/user_uploads/2/ab/good.png)" in said
    assert "large.png` was not uploaded: The logbook refused it: 413" in said
    assert "gone.png` was not uploaded: file no longer exists" in said
    assert "text.png` was not uploaded: not a PNG file" in said
    assert "pipe.png` was not uploaded: not a regular file" in said
    assert len(sent.problems) == 4


def test_too_large_image_is_not_uploaded(server, logbook, make_picture, monkeypatch):
    monkeypatch.setattr(send, "MOST_BYTES", len(PNG) - 1)
    monkeypatch.setattr(logbook_module, "MOST_BYTES", len(PNG) - 1)
    picture = make_picture()
    send_report(logbook, "shift", report_of(picture), [picture])
    assert server.uploaded == []
    assert "was not uploaded: it is larger than" in server.received[0][1]


def test_redirected_upload_reveals_neither_key_nor_image(server, logbook, make_picture):
    with LogbookServer() as other:
        server.uploads_elsewhere = other.url.replace("127.0.0.1", "localhost")
        picture = make_picture()
        send_report(logbook, "shift", report_of(picture), [picture])
        assert (other.keys, other.uploaded) == ([], [])
    assert "was not uploaded: The logbook refused it: 307" in server.received[0][1]


def test_images_are_sent_as_messages_to_a_server_without_uploads(server, logbook, make_picture):
    server.takes_uploads = False
    picture = make_picture()
    sent = send_report(logbook, "shift", report_of(picture), [picture])
    assert (sent.messages, sent.problems) == (2, [])
    (_, text, none), (_, name, content) = server.received
    assert "XGM over Run: in a separate message" in text
    assert (none, name, content) == (b"", "xgm.png", PNG)


def test_image_message_that_fails_is_reported(server, logbook, make_picture):
    server.takes_uploads, server.accepts = False, 1
    picture = make_picture()
    sent = send_report(logbook, "shift", report_of(picture), [picture])
    assert (sent.messages, sent.problems) == (1, ["xgm.png: The logbook refused it: 500 full"])


def test_unreachable_logbook_is_asked_once(server, logbook, make_picture, monkeypatch):
    pictures = [make_picture("a.png"), make_picture("b.png")]
    server.close()
    asked = []
    upload = Logbook.upload
    monkeypatch.setattr(Logbook, "upload", lambda *all: asked.append(all) or upload(*all))
    with pytest.raises(DamnitError, match="does not respond"):
        send_report(logbook, "shift", report_of(*pictures), pictures)
    assert len(asked) == 1


# In the app


async def save_as(pilot, path):
    screen = pilot.app.screen
    await pilot.press("S")
    await until(pilot, lambda: isinstance(pilot.app.screen, SaveDialog))
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is screen)


@pytest.mark.extended
async def test_saved_plot_is_sent_to_the_logbook(folder, tmp_path, server):
    config = f'[ZULIP]\nurl = {server.url}\nkey = {KEY}\ntopics = ["shift"]\n'
    (folder.path / "zulip.cfg").write_text(config)
    app = make_app(folder)
    file = tmp_path / "plot.png"

    def said():
        return "\n".join(note.message for note in app._notifications)

    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(410), "xgm.intensity")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PlotScreen) and app.screen.model.drawn)
        await save_as(pilot, file)
        await until(pilot, lambda: "Saved to" in said())
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)
        await pilot.press("colon", *"report", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await until(pilot, lambda: bool(app.screen.query_one(TextArea).text))
        line = next(
            li for li in app.screen.query_one(TextArea).text.splitlines() if "plot.png" in li
        )
        assert "over Run · " in line
        assert line.endswith(f": `{file}`")
        assert "┤" in app.screen.query_one(TextArea).text
        await pilot.press("ctrl+o")
        await until(pilot, lambda: app.screen.query_one(Input).value == "shift")
        await until(pilot, lambda: app.screen.query_one(Input).has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Sent to p1234 in 1 message." in said())
    assert server.uploaded == [("plot.png", file.read_bytes())]
    assert "[plot.png](/user_uploads/2/ab/plot.png)" in server.received[0][1]
    assert Reports(folder).collect(NOW + 1, None).pictures == ()


@pytest.mark.extended
async def test_image_saved_in_the_viewer_is_recorded(tmp_path):
    folder = make_inspect_folder(tmp_path / "amore")
    app = make_app(folder)
    async with app.run_test(size=(110, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(1), "image")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        await until(pilot, lambda: app.screen.is_settled and app.screen.viewer.data is not None)
        await save_as(pilot, tmp_path / "image.png")
        await until(
            pilot,
            lambda: any("Saved to" in note.message for note in app._notifications),
        )
        shown = app.screen.viewer.details.title
    (picture,) = Reports(folder).collect(NOW + 1, None).pictures
    assert (picture.path, picture.shown) == (tmp_path / "image.png", shown)
