"""The daemon's commands with a real daemon under a real supervisord."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from damnit_daemon.settings import InvalidSetting, parse_setting
from damnit_daemon.store import Database, load_settings
from damnit_daemon.supervise import conf_text, observe, stop
from tests.daemon.builders import make_damnit_folder

from ..cli.conftest import damnit  # noqa: F401 – a fixture
from .conftest import permissions, start_standin


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A DAMNIT folder, which is the current directory."""
    folder = make_damnit_folder(tmp_path / "amore")
    (folder.path / "typing.py").write_text("raise SystemExit('a file of the user')")
    monkeypatch.chdir(folder.path)
    monkeypatch.delenv("AMORE_BROKER", raising=False)
    yield folder
    stop(folder)


def settings(folder):
    with Database(folder.database).reading() as con:
        return load_settings(con)


@pytest.mark.extended
def test_start_status_restart_logs_and_stop_act_on_one_daemon(damnit, folder):  # noqa: F811 – a fixture
    started = damnit("start", "--trigger", "none")
    pid = observe(folder).lease.holder.pid
    assert (started.code, started.err) == (0, "")
    assert f"the daemon is running: process {pid} on " in started.out

    again = damnit("start")
    assert (again.code, again.out.partition(" on ")[0]) == (
        0,
        started.out.partition(" on ")[0].replace("is running", "is already running"),
    )
    second = damnit("start", "--trigger", "watch")
    assert second.code == 1
    assert f"process {pid} on " in second.err
    assert settings(folder)["trigger"] == "none"

    assert "damnit-daemon restart" in damnit("db-config", "watch_interval_s", "3").err
    assert damnit("db-config", "noncluster_mem", "9G").err == ""  # applies to the next job

    status = damnit("status", "--json")
    facts = json.loads(status.out)
    assert status.code == 0
    assert facts["state"] == "working"
    assert facts["supervised"] is True
    assert (facts["pid"], facts["trigger"], facts["broker"]) == (pid, "none", None)
    assert observe(folder).supervisord.address.password not in status.out
    assert f"process {pid} on " in damnit("status").out

    restarted = damnit("restart", "--broker", "localhost:1")
    assert restarted.code == 0
    assert f"stopped the daemon (process {pid})" in restarted.out
    assert settings(folder)["broker"] == "localhost:1"
    assert "warning: broker: localhost:1: " in restarted.err

    assert "Working in" in damnit("logs").out
    stopped = damnit("stop")
    assert stopped.code == 0
    assert stopped.out.count("stopped ") == 2
    assert damnit("status").code == 1
    assert damnit("stop").out == "no daemon is running here\n"


def test_stop_where_nothing_ever_ran_creates_nothing(damnit, folder):  # noqa: F811
    before = sorted(folder.path.iterdir())
    assert damnit("stop").out == "no daemon is running here\n"
    assert sorted(folder.path.iterdir()) == before


@pytest.mark.extended
def test_start_of_failing_daemon_shows_its_error(damnit, folder):  # noqa: F811
    assert damnit("db-config", "--force", "concurrent_jobs", "many").code == 0
    folder.ledger.mkdir()  # nothing can be written there

    result = damnit("start")

    assert result.code == 1
    assert "damnit: The daemon did not start" in result.err
    assert "| damnit: " in result.err  # what it said itself


def test_start_with_kafka_trigger_but_no_broker_is_refused(damnit, folder):  # noqa: F811
    result = damnit("start", "--trigger", "kafka")

    assert result.code == 1
    assert "--broker HOST:PORT" in result.err
    assert "trigger" not in settings(folder)
    assert observe(folder).supervisord is None


@pytest.mark.extended
def test_logs_follow_prints_new_lines_until_interrupted(damnit, folder):  # noqa: F811
    assert damnit("logs").code == 1
    start_standin(folder)
    log = folder.path / "amore.log"

    command = [sys.executable, "-m", "damnit_daemon.cli", "--in", str(folder.path), "logs", "-f"]
    with subprocess.Popen(
        command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().startswith("stand-in begins")
        with log.open("a") as file:
            file.write("\x1b[31mnew\n")
        assert process.stdout.readline() == "\\x1b[31mnew\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


@pytest.mark.extended
def test_logs_follow_continues_across_log_rotations(folder, monkeypatch):
    """A portion is less than a file: nobody is asked to follow what is gone before it is seen."""
    few = conf_text.TEMPLATE.replace("stdout_logfile_maxbytes=10MB", "stdout_logfile_maxbytes=3000")
    monkeypatch.setattr(conf_text, "TEMPLATE", few)
    log, chat = folder.path / "amore.log", folder.path / "chat"
    chat.write_text("0")
    start_standin(folder, "chatty")
    command = [sys.executable, "-m", "damnit_daemon.cli", "--in", str(folder.path), "logs", "-f"]
    with subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("stand-in begins")
        for said in range(50, 501, 50):
            renew(chat, str(said))
            lines = [process.stdout.readline() for _ in range(50)]
            wanted = range(said - 49, said + 1)
            assert lines == [f"line {number} of much that there is to say\n" for number in wanted]
        process.send_signal(signal.SIGINT)
        process.wait(60)
    kept = sorted(path.name for path in folder.path.glob("amore.log*"))
    assert kept == ["amore.log", *(f"amore.log.{number}" for number in range(1, 6))]
    assert all(permissions(folder.path / name) == permissions(log) for name in kept)
    assert all((folder.path / name).stat().st_size < 6000 for name in kept)


def renew(path, text):
    """Nobody reads it half written."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text)
    beside.replace(path)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("trigger", "Both", "both"),
        ("broker", "exflwgs06:9091", "exflwgs06:9091"),
        ("broker", "a.b:1, [::1]:9092", "a.b:1,[::1]:9092"),
        ("broker", "NONE", "none"),
    ],
)
def test_trigger_and_broker_settings_are_normalised(key, text, value):
    assert parse_setting(key, text) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [("trigger", "sometimes"), ("broker", "host"), ("broker", "host:0"), ("broker", "a b:1")],
)
def test_invalid_trigger_and_broker_settings_are_refused(key, text):
    with pytest.raises(InvalidSetting):
        parse_setting(key, text)


def test_status_of_stopped_daemon_returns_quickly(damnit, folder):  # noqa: F811
    began = time.monotonic()
    assert damnit("status").code == 1
    assert time.monotonic() - began < 60
