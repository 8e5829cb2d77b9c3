"""The command `alerts`."""

import json

import pytest

from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, RaisedAlert, raise_alerts


@pytest.fixture
def raised(folder, monkeypatch):
    monkeypatch.setenv("AMORE_BROKER", "none")
    alerts = [RaisedAlert(RunKey(1234, run), "xgm < 5", 1_800_000_000.0) for run in (7, 8, 9)]
    with Database(folder.database).writing() as con:
        raise_alerts(con, alerts)


@pytest.mark.usefixtures("raised")
def test_alerts_are_listed_acknowledged_and_that_is_withdrawn(damnit):
    assert [line.split()[:3] for line in damnit("alerts").out.splitlines()] == [
        ["run", "alert", "raised"],
        *[[run, "xgm", "<"] for run in "987"],
    ]
    assert damnit("alerts", "--acknowledge", "8-9").out.startswith("changed: 2 alerts\n")
    assert damnit("alerts", "--acknowledge", "all").out.startswith("changed: 1 alert\n")
    assert damnit("alerts", "--withdraw", "8").out.startswith("changed: 1 alert\n")
    listed = json.loads(damnit("alerts", "--json").out)
    assert [(each["run"], each["acknowledged_by"] is None) for each in listed] == [
        (9, False),
        (8, True),
        (7, False),
    ]
    assert set(listed[0]) == {
        *("proposal", "run", "rule", "raised_at", "acknowledged_at", "acknowledged_by")
    }


def test_folder_without_alerts_says_so(damnit, folder):
    assert damnit("alerts").out == "no alerts were raised\n"
    assert damnit("alerts", "--acknowledge", "all", "--json").out == "[]\n"


@pytest.mark.parametrize(
    "options", [["--acknowledge", "x"], ["--acknowledge", "1", "--withdraw", "1"]]
)
def test_wrong_usage_is_refused(damnit, folder, options):
    assert damnit("alerts", *options).code == 2
