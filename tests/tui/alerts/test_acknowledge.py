"""Alerts that stay until a user acknowledges them."""

import pytest

from damnit_daemon.edit import Editor
from damnit_daemon.model import Column
from damnit_daemon.store import RaisedAlert, load_alerts, raise_alerts
from damnit_tui.alerts.rules import MOST_RUNS, Alert, AlertEvaluator
from damnit_tui.alerts.screen import AlertsScreen
from damnit_tui.alerts.storage import load_alerts as load_rules
from damnit_tui.alerts.storage import save_alerts as save_rules
from damnit_tui.table.rows import Rows

from ..conftest import NOW, add_run, database_of, key, make_app, settle, stored, until
from ..main.test_cell_edit import notifications, screen_text
from .test_alerts import called, command, energy

RULE = "xgm.intensity < 500"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setenv("AMORE_BROKER", "none")


def alerts_in(folder):
    with database_of(folder).reading() as con:
        return load_alerts(con)


def acknowledged_in(folder):
    return {each.key.run: each.is_acknowledged for each in alerts_in(folder)}


def raise_in(folder, *runs, at=NOW - 60):
    with database_of(folder).writing() as con:
        raise_alerts(con, [RaisedAlert(key(run), RULE, at) for run in runs])


async def open_list(pilot):
    await pilot.press("exclamation_mark")
    await until(pilot, lambda: isinstance(pilot.app.screen, AlertsScreen))
    await pilot.pause()


async def test_alert_stays_until_it_is_acknowledged_and_that_can_be_undone(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await command(pilot, f"alert {RULE}")
        await until(pilot, lambda: load_rules(folder.internals))
        add_run(folder, 413, energy(413, 400.0))
        await until(pilot, lambda: "! 1 alert" in screen_text(app))
        await until(pilot, lambda: acknowledged_in(folder) == {413: False})
    again = make_app(folder)
    async with again.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "! 1 alert" in screen_text(again))
        assert called(again) == []
        await open_list(pilot)
        await pilot.press("a")
        await until(pilot, lambda: acknowledged_in(folder) == {413: True})
        await until(pilot, lambda: alerts_in(folder)[0].acknowledged_by in screen_text(again))
        await pilot.press("enter")
        await until(pilot, lambda: again.screen is again.main_screen)
        assert again.main_screen.table.cursor.key == key(413)
        await until(pilot, lambda: "! 1 alert" not in screen_text(again))
        await pilot.press("u")
        await until(pilot, lambda: acknowledged_in(folder) == {413: False})
        await until(pilot, lambda: "! 1 alert" in screen_text(again))


@pytest.mark.extended
async def test_acknowledgement_by_another_user_is_seen_while_the_list_is_open(folder):
    raise_in(folder, 410, 411)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await open_list(pilot)
        await until(pilot, lambda: "2 not acknowledged" in screen_text(app))
        editor = Editor(folder, author="anna@exflgw01")
        editor.acknowledge_alerts(alerts_in(folder)[:1])
        await until(pilot, lambda: "anna@exflgw01" in screen_text(app))
        await pilot.press("A")
        await until(pilot, lambda: acknowledged_in(folder) == {410: True, 411: True})
        assert alerts_in(folder)[0].acknowledged_by == "anna@exflgw01"
        await until(pilot, lambda: "0 not acknowledged" in screen_text(app))
        await pilot.press("g", "u")
        await until(pilot, lambda: acknowledged_in(folder) == {410: True, 411: False})


@pytest.mark.extended
async def test_alert_raised_by_another_app_rings_once_without_the_rule(folder):
    raise_in(folder, 409)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "! 1 alert" in screen_text(app))
        raise_in(folder, 410, at=NOW + 1)
        await until(pilot, lambda: "! 2 alerts" in screen_text(app))
        raise_in(folder, 411, at=NOW + 2)
        await until(pilot, lambda: called(app) == [f"run {run}: {RULE}" for run in (410, 411)])


@pytest.mark.extended
async def test_command_acknowledges_alerts_of_some_runs_or_all(folder):
    raise_in(folder, 408, 409, 410)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await command(pilot, "acknowledge 409-410")
        await until(pilot, lambda: acknowledged_in(folder) == {408: False, 409: True, 410: True})
        await command(pilot, "acknowledge x")
        assert acknowledged_in(folder)[408] is False
        await pilot.press("escape")
        await command(pilot, "acknowledge")
        await until(pilot, lambda: all(acknowledged_in(folder).values()))
        await command(pilot, "acknowledge")
        await until(pilot, lambda: "No alert to acknowledge." in notifications(app))


@pytest.mark.extended
async def test_read_only_session_shows_alerts_and_says_why_it_acknowledges_none(folder):
    raise_in(folder, 410)
    save_rules(folder.internals, [Alert(RULE, since=key(412))])
    app = make_app(folder, read_only=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "! 1 alert" in screen_text(app))
        add_run(folder, 413, energy(413, 400.0))
        await until(pilot, lambda: "! 2 alerts" in screen_text(app))
        await open_list(pilot)
        await pilot.press("a")
        await until(pilot, lambda: "It was opened with --read-only." in notifications(app))
    assert acknowledged_in(folder) == {410: False}


@pytest.mark.extended
async def test_alerts_older_than_those_that_are_kept_are_not_written_again_and_again(folder):
    raise_in(folder, *range(5000, 6000))
    save_rules(folder.internals, [Alert("xgm.intensity > 0", since=key(0))])
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        add_run(folder, 413, energy(413, 400.0))
        await until(pilot, lambda: "! 1000 alerts" in screen_text(app))
        add_run(folder, 414)
        await until(pilot, lambda: key(414) in app.main_screen.table.rows)
        assert len(app.main_screen.alerts.raised) == 1000


@pytest.mark.extended
async def test_runs_that_came_while_no_app_was_open_raise_alerts_without_ringing(folder):
    save_rules(folder.internals, [Alert(RULE, since=key(412))])
    for run, value in ((413, 400.0), (414, 900.0), (415, 300.0)):
        add_run(folder, run, energy(run, value))
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: acknowledged_in(folder) == {413: False, 415: False})
        await until(pilot, lambda: "! 2 alerts" in screen_text(app))
        assert called(app) == []


def rows_of(values):
    rows = Rows()
    rows.add_columns([Column("v", "V")])
    rows.expect_runs([key(n) for n in values])
    fill(rows, values)
    return rows


def fill(rows, values):
    rows.add_values([stored(value, "v", n) for n, value in values.items()])


def test_evaluator_finds_all_new_runs_within_its_bound():
    rows = rows_of({n: float(n % 3 > 0) for n in range(1, MOST_RUNS + 51)})
    evaluator = AlertEvaluator(Alert("v > 0", 2, since=key(140)))
    assert [found.run for found in evaluator.look(rows, rows.all_keys)] == [149, 146, 143]
    assert evaluator.look(rows, rows.all_keys) == []
    assert len(AlertEvaluator(Alert("v < 2", since=key(1))).look(rows, rows.all_keys)) == MOST_RUNS


def test_run_that_is_computed_after_a_newer_one_raises_its_alert():
    rows = rows_of({1: 1.0})
    evaluator = AlertEvaluator(Alert("v > 0", 2))
    assert evaluator.look(rows, rows.all_keys) == []
    rows.expect_runs([key(2), key(3)])
    fill(rows, {3: 1.0})
    assert evaluator.look(rows, rows.all_keys) == [key(3)]
    fill(rows, {2: 1.0})
    assert evaluator.look(rows, rows.all_keys) == [key(2)]
    assert evaluator.look(rows, rows.all_keys) == []


def test_rules_are_stored_with_the_run_they_begin_after(tmp_path):
    rules = [Alert("a > 1", 2, key(5)), Alert("b > 1")]
    save_rules(tmp_path, rules)
    assert [each.since for each in load_rules(tmp_path)] == [key(5), None]
