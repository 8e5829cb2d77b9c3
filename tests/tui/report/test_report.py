"""The shift report: contents and destinations."""

from __future__ import annotations

from datetime import UTC

import pytest
from textual.widgets import Input, TextArea

from damnit_daemon.store import NewValue, add_note, ensure_run, save_values
from damnit_tui.report import collect as collect_module
from damnit_tui.report.build import FailureSummary, ShiftSummary, group_failures, write_report
from damnit_tui.report.collect import Reports
from damnit_tui.report.screen import ReportScreen

from ...daemon.logbook.server import KEY, LogbookServer
from ..conftest import (
    NOW,
    add_run,
    database_of,
    example_values,
    key,
    make_app,
    settle,
    until,
)


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_report_is_markdown_with_control_characters_escaped():
    happened = ShiftSummary(
        1234,
        NOW - 3600,
        NOW,
        (key(12), key(11), key(9)),
        "| Run |\n| --- |\n| 12 |\n",
        ((NOW - 60, "beam\nback \x1b[31m"),),
        (FailureSummary("XGM", "KeyError: 'x'", (9, 11)),),
        labels=(("bad", (11, 12)), ("a\x1b", (9,))),
    )
    text = write_report(happened, UTC)
    assert text.startswith("### p1234: 2026-03-14 11:00 – 2026-03-14 12:00\n\n3 runs: 9, 11-12\n")
    assert "* bad: 11-12\n* a␛: 9\n" in text
    assert "* 2026-03-14 11:59 beam back ␛[31m\n" in text
    assert "* **XGM** KeyError: 'x' (runs 9, 11)\n" in text
    assert text.endswith("#### Runs\n\n| Run |\n| --- |\n| 12 |\n")
    assert "No runs." in write_report(ShiftSummary(None, NOW, NOW), UTC)


def test_equal_failures_are_grouped_in_one_line():
    found = [(3, "A", "x"), (1, "B", "y"), (2, "A", "x")]
    assert group_failures(found) == (
        FailureSummary("A", "x", (2, 3)),
        FailureSummary("B", "y", (1,)),
    )


def test_report_begins_where_the_last_one_ended(folder, tmp_path):
    with database_of(folder).writing() as con:
        add_note(con, NOW - 100, "beam is back")
        add_note(con, NOW - 90_000, "yesterday")
    reports = Reports(folder, tmp_path / "state", zone=UTC)
    first = reports.collect(NOW, ["xgm.intensity"])
    assert [each.run for each in first.runs] == list(range(412, 394, -1))
    assert first.notes == ((NOW - 100, "beam is back"),)
    assert (
        FailureSummary("AGIPD/Hits", "ZeroDivisionError: division by zero", (410,))
        in first.failures
    )
    assert "| 412 | 2026-03-14 11:45 | 1032" in first.table
    assert "yesterday" not in first.table
    reports.done(first)
    add_run(folder, 413, now=NOW + 10)
    later = Reports(folder, tmp_path / "state").collect(NOW + 60, None)
    assert (later.since, [each.run for each in later.runs]) == (NOW, [413])
    assert len(reports.collect(NOW + 60, None, hours=1000).runs) == 19


def test_report_shows_values_as_the_table_does(folder, tmp_path):
    hits = NewValue(key(413), "agipd.hits", 1, attributes={"value_type": "boolean"})
    values = [value for value in example_values(413) if value.name != hits.name]
    add_run(folder, 413, hits, *values, NewValue(key(413), "comment", "a|b\nc"), now=NOW + 60)
    names = ["comment", "xgm.intensity", "xgm.trend", "agipd.preview", "agipd.hits"]
    happened = Reports(folder, tmp_path / "state", zone=UTC).collect(NOW + 90, names)
    heading, _, newest, *_ = happened.table.splitlines()
    assert heading == (
        "| Run | Time | Comment | XGM/Intensity [µJ] | XGM/Trend | AGIPD/Preview | AGIPD/Hits |"
    )
    assert newest.startswith("| 413 | 2026-03-14 12:01 | a\\|b<br>c | 1045.")
    trend, image, is_hit = newest.split(" | ")[-3:]
    assert set(trend) <= {chr(dots) for dots in range(0x2800, 0x2900)}
    assert (image, is_hit) == ("image 30×20", "yes |")
    assert "| ✗ ZeroDivisionError |" in happened.table


def test_units_that_differ_follow_the_numbers_of_a_report(folder, tmp_path):
    other = NewValue(key(413), "xgm.intensity", 1.5, attributes={"units": "mJ"})
    add_run(folder, 413, other, now=NOW + 60)
    table = Reports(folder, tmp_path / "state", zone=UTC).collect(NOW + 90, ["xgm.intensity"]).table
    assert table.startswith("| Run | Time | XGM/Intensity |")
    assert "| 413 | 2026-03-14 12:01 | 1.5000 mJ |" in table


def test_report_does_not_count_runs_that_are_not_processed(folder, tmp_path):
    with database_of(folder).writing() as con:
        for run in (413, 414):
            ensure_run(con, key(run), added_at=NOW - 5)
        save_values(con, [NewValue(key(414), "comment", "dark next")], now=NOW - 4)
    happened = Reports(folder, tmp_path / "state", zone=UTC).collect(NOW, ["comment"])
    text = write_report(happened, UTC)
    assert "18 runs: 395-412\n\nNot processed: 413-414\n" in text
    assert "| 414 |  | dark next |" in text
    assert "| 413 |" not in text


def test_report_counts_the_runs_that_its_table_leaves_out(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(collect_module, "MOST_IN_TABLE", 16)
    text = write_report(Reports(folder, tmp_path / "state").collect(NOW, ["comment"]), UTC)
    assert "#### Runs without the 2 oldest runs\n" in text


def notification_text(app):
    return "\n".join(note.message for note in app._notifications)


async def open_report(pilot, typed="report"):
    await settle(pilot)
    await pilot.press("colon", *typed, "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ReportScreen))
    await until(pilot, lambda: bool(pilot.app.screen.query_one(TextArea).text))


@pytest.mark.extended
async def test_report_is_edited_and_saved_to_a_file(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await open_report(pilot)
        area = app.screen.query_one(TextArea)
        area.insert("quiet shift\n", (0, 0))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen.query_one(Input).has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: "Written to" in notification_text(app))
        assert (tmp_path / "report.md").read_text().startswith("quiet shift\n### p1234: ")
        await pilot.press("ctrl+s", "enter")
        await until(pilot, lambda: "already exists" in notification_text(app))
        await pilot.press("ctrl+s", "escape")
        assert isinstance(app.screen, ReportScreen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)


@pytest.mark.extended
async def test_report_is_copied(folder, monkeypatch):
    copied = []
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        monkeypatch.setenv("TERM", "xterm-256color")
        await open_report(pilot, "report 2")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "Copied to" in notification_text(app))
        assert copied
        assert copied[0].startswith("### p1234: ")


@pytest.mark.extended
async def test_report_is_sent_to_the_logbook(folder):
    with LogbookServer() as server:
        app = make_app(folder)
        async with app.run_test(size=(120, 30)) as pilot:
            await open_report(pilot)
            await pilot.press("ctrl+o")
            await until(pilot, lambda: "There is no zulip.cfg" in notification_text(app))
            config = f'[ZULIP]\nurl = {server.url}\nkey = {KEY}\ntopics = ["shift"]\n'
            (folder.path / "zulip.cfg").write_text(config)
            await pilot.press("ctrl+o")
            await until(pilot, lambda: app.screen.query_one(Input).value == "shift")
            await until(pilot, lambda: app.screen.query_one(Input).has_focus)
            await pilot.press("enter")
            await until(pilot, lambda: "Sent to p1234 in 1 message" in notification_text(app))
        assert server.received[0][0] == "shift"
        assert "#### Runs" in server.received[0][1]


@pytest.mark.extended
async def test_report_command_refuses_invalid_hours(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("colon", *"report soon", "enter")
        await pilot.pause()
        assert app.screen is app.main_screen
