"""Alerts on conditions that hold for several runs in a row."""

from __future__ import annotations

import json
import stat

import pytest

from damnit_daemon.model import Column, Content
from damnit_daemon.query import FilterError
from damnit_daemon.store import NewValue
from damnit_tui.alerts.notify import notification
from damnit_tui.alerts.rules import Alert, AlertEvaluator
from damnit_tui.alerts.storage import load_alerts, save_alerts

from ..conftest import add_run, key, make_app, settle, until
from ..main.test_cell_edit import screen_text

COLUMNS = [Column("xgm.intensity", "XGM/Intensity"), Column("ratio", "Ratio")]


def test_alert_text_is_parsed_into_condition_and_runs():
    assert Alert.parse("ratio < 500 for 3 runs", COLUMNS) == Alert("ratio < 500", 3)
    assert Alert.parse("ratio < 500", COLUMNS) == Alert("ratio < 500", 1)
    assert str(Alert("ratio < 500", 3)) == "ratio < 500 for 3 runs"


@pytest.mark.parametrize("text", ["", "for 3 runs", "rotio < 5", "ratio < 5 for 0 runs"])
def test_invalid_alert_text_is_refused(text):
    with pytest.raises(FilterError):
        Alert.parse(text, COLUMNS)


def test_alert_that_can_never_be_true_is_refused():
    def content(_column):
        return Content.NUMBERS

    with pytest.raises(FilterError, match="'abc' is not a number") as caught:
        Alert.parse("ratio > abc for 3 runs", COLUMNS, content)
    assert (caught.value.start, caught.value.end) == (8, 11)


def energy(run, value):
    return NewValue(key(run), "xgm.intensity", value)


def called(app):
    return [note.message.splitlines()[0] for note in app._notifications if note.title == "Alert"]


async def command(pilot, text):
    await pilot.press("colon", *text, "enter")
    await pilot.pause()


@pytest.mark.extended
async def test_alert_notifies_once_for_each_run_that_fulfils_its_condition(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await command(pilot, "alert xgm.intensity < 500 for 2 runs")
        await until(pilot, lambda: load_alerts(folder.internals) != [])
        rows = app.main_screen.table.rows
        for run, value, calls in ((413, 400.0, 0), (414, 300.0, 1), (415, 900.0, 1)):
            add_run(folder, run, energy(run, value))
            await until(pilot, lambda: rows.value(key(run), "xgm.intensity") is not None)  # noqa: B023 – awaited here
            await until(pilot, lambda: len(called(app)) == calls)  # noqa: B023
        assert called(app) == ["run 414: xgm.intensity < 500 for 2 runs"]


@pytest.mark.extended
async def test_alert_ignores_runs_without_a_value(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await command(pilot, "alert ratio > 5")
        rows = app.main_screen.table.rows
        add_run(folder, 413, energy(413, 1.0))
        await until(pilot, lambda: rows.value(key(413), "xgm.intensity") is not None)
        assert not called(app)
        add_run(folder, 413, NewValue(key(413), "ratio", 7.0))
        await until(pilot, lambda: called(app) == ["run 413: ratio > 5"])


@pytest.mark.extended
async def test_alerts_are_stored_with_the_folder_listed_and_removed(folder):
    folder.internals.mkdir(exist_ok=True)
    folder.internals.chmod(0o770)
    save_alerts(folder.internals, [Alert("ratio > 0", 2)])
    kept = folder.internals / "alerts.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o660
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: bool(app.main_screen.alerts.alerts))
        assert not called(app), "what was there before is nobody's alert"
        await command(pilot, "alert list")
        await until(pilot, lambda: "ratio > 0 for 2 runs" in screen_text(app))
        await pilot.press("q")
        await until(pilot, lambda: app.screen is app.main_screen)
        await command(pilot, "alert off ratio > 0 for 2 runs")
        await until(pilot, lambda: load_alerts(folder.internals) == [])


def test_alerts_file_with_invalid_entries_keeps_the_valid_ones(tmp_path):
    good = {"condition": "ratio > 1", "runs": 2}
    bad = [3, {}, {"condition": 5}, {"condition": "x", "runs": 0}, {"condition": "x", "runs": True}]
    (tmp_path / "alerts.json").write_text(json.dumps({"alerts": [*bad, good]}))
    assert load_alerts(tmp_path) == [Alert("ratio > 1", 2)]
    (tmp_path / "alerts.json").write_text("[" * 100_000)
    assert load_alerts(tmp_path) == []


def test_terminal_notification_escapes_control_characters():
    text = "run 1: \x1b]0;x\x07 ~ 'a\x9cb' \u202e"
    plain = notification(text, {"TERM": "xterm-256color"})
    assert plain.startswith("\x1b]9;run 1: ??0;x? ? ?a?b? ?\x1b\\")
    assert plain.count("\x1b") == 4
    inside = notification(text, {"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0"})
    assert inside.startswith("\x1bPtmux;\x1b\x1b]9;")
    assert notification(text, {"TERM": "linux"}) == ""


def test_alert_on_a_missing_variable_never_notifies():
    class Empty:
        columns = COLUMNS
        marked = ()

    assert AlertEvaluator(Alert("gone > 1")).look(Empty(), []) == []
