"""The command `reprocess` through the daemon, without --direct."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from damnit_daemon.ledger import JobState, Ledger, load_requests
from damnit_daemon.model import RunKey
from tests.daemon.builders import cells, make_damnit_folder
from tests.daemon.cli.daemon import jobs_of, started, until, working


def state_of(pid):
    """A letter, as `ps` shows it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def request(folder):
    with Ledger(folder.ledger).reading() as con:
        return load_requests(con)[0]


def test_reprocess_is_recorded_for_next_daemon(damnit, folder, proposal):
    result = damnit("reprocess", "1-2", "--var", "a", "--match", "x", "--data", "raw")
    assert result.code == 0
    assert "2 jobs recorded. No daemon is running in this folder." in result.err
    assert "damnit-daemon start" in result.err
    assert "--direct" in result.err
    assert request(folder).payload == {
        "runs": [[1234, 1], [1234, 2]], "data": "raw", "variables": ["a"], "match": ["x"],
        "priority": 0,
    }  # fmt: skip
    assert damnit("jobs").out.startswith("no jobs yet. No daemon is running in this folder.")
    assert damnit("jobs").out.endswith("\nrequests waiting for a daemon: 1\n")


@pytest.mark.extended
def test_reprocess_failed_requests_failed_variables_per_run(damnit, folder, proposal):
    damnit("reprocess", "1-2", "--direct", "--var", "a")
    damnit("reprocess", "1", "--direct", "--var", "bad")
    damnit("reprocess", "all", "--failed")
    payload = request(folder).payload
    assert (payload["runs"], payload["variables"]) == ([[1234, 1, ["bad"]]], None)


@pytest.mark.extended
def test_reprocess_warns_of_unknown_variable(damnit, folder, proposal):
    damnit("read-context")
    result = damnit("reprocess", "1", "--var", "a", "--var", "nosuch")
    assert result.code == 0
    assert "not in the table yet: nosuch." in result.err


def test_reprocess_mock_needs_direct(damnit, folder):
    assert damnit("reprocess", "1", "--mock").code == 2


def test_reprocess_creates_nothing_in_folder_without_database(damnit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert damnit("reprocess", "1").code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.extended
def test_reprocess_watch_follows_jobs_of_daemon(damnit, folder, proposal):
    with working(folder) as daemon:
        result = damnit("reprocess", "1")
        assert result.code == 0
        assert result.out.startswith(f"1 job sent to the daemon (process {daemon.pid} on ")
        assert result.out.endswith("): 1\n")
        result = damnit("reprocess", "1-3", "--watch")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert "p1234, r3: ✗ bad: KeyError: 'x'" in lines
    assert any(line.startswith("p1234, r3: done, 2 of 2 variables, 1 failed (") for line in lines)
    assert lines[-1].startswith("3 jobs: 6 variables, 3 failed (")
    assert [cells(folder, run)["a"] for run in (1, 2, 3)] == [1, 1, 1]


@pytest.mark.extended
def test_reprocess_watch_exits_with_code_1_when_a_job_fails(damnit, folder, proposal):
    folder.context_file.write_text(
        "from damnit_ctx import Variable\n@Variable(data='proc')\ndef p(run):\n    return 1\n"
    )
    with working(folder):
        result = damnit("reprocess", "2", "--data", "proc", "--watch")
    assert result.code == 1
    assert "): There is no proc data of run 2 of proposal 1234 yet." in result.out
    assert result.err == f"damnit: p1234, r2: see {folder.log_file(RunKey(1234, 2))}\n"
    assert result.out.splitlines()[-1].startswith("1 job, 1 failed: ")


SLOW = """
from pathlib import Path
import time
@Variable
def slow(run):
    Path("began").touch()
    while not Path("go").exists():
        time.sleep(0.05)
    return 7
"""


@pytest.mark.extended
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_watch_leaves_jobs_running(tmp_path, proposal, number):
    folder = make_damnit_folder(tmp_path / "amore", SLOW)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with working(folder), started(folder, "reprocess", "1", "--watch", **pipes) as watcher:
        until((folder.path / "began").exists)
        watcher.send_signal(number)
        _, told = watcher.communicate(timeout=60)
        assert watcher.returncode == 130
        assert "stopped watching; the jobs continue." in told.decode()
        (folder.path / "go").touch()
        until(lambda: jobs_of(folder, states=[JobState.DONE]))
    assert cells(folder) == {"slow": 7}


@pytest.mark.extended
def test_reprocess_watch_waits_for_daemon_and_context_file(tmp_path, proposal):
    folder = make_damnit_folder(tmp_path / "amore", "def broken(:\n")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(folder, "reprocess", "1", "--watch", **pipes) as watcher:
        until(folder.ledger.exists)
        with working(folder):
            until(lambda: any(job.reason for job in jobs_of(folder)))
            for line in watcher.stdout:
                if b"p1234, r1 waits: The context file cannot be used:" in line:
                    break
            folder.context_file.write_text(
                "from damnit_ctx import Variable\n@Variable\ndef a(run): return 1\n"
            )
            out, told = watcher.communicate(timeout=60)
    assert "1 job recorded. No daemon is running in this folder." in told.decode()
    assert "1 job: 1 variable, 0 failed" in out.decode()
    assert watcher.returncode == 0


@pytest.mark.extended
def test_reprocess_watch_shows_progress_bar_on_a_terminal(folder, proposal):
    ours, theirs = pty.openpty()
    options = {"stdout": theirs, "env": os.environ | {"TERM": "xterm-256color"}}
    screen = b""
    with working(folder), started(folder, "reprocess", "1-2", "--watch", **options) as watcher:
        os.close(theirs)
        try:
            while chunk := os.read(ours, 65536):
                screen += chunk
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        assert watcher.wait(60) == 0
    text = screen.decode()
    assert "━" in text
    assert "0/2" in text
    assert "2 jobs: 4 variables, 2 failed" in text


@pytest.mark.extended
def test_reprocess_reports_suspended_daemon(folder, proposal):
    with working(folder) as daemon:
        with Ledger(folder.ledger).writing():  # so that it does not stand still with the lock
            daemon.send_signal(signal.SIGSTOP)
            until(lambda: state_of(daemon.pid) == "T")
        command = ["reprocess", "1", "--watch"]
        with started(folder, *command, stderr=subprocess.PIPE) as watcher:
            told = watcher.stderr.readline().decode()
            daemon.send_signal(signal.SIGCONT)
            assert watcher.wait(60) == 0
    assert f"the daemon (process {daemon.pid} on " in told
    assert "has not responded yet; waiting for it." in told


@pytest.mark.extended
def test_missing_context_python_delays_jobs_until_it_is_set(damnit, folder, proposal):
    damnit("db-config", "--force", "context_python", "/no/such/python")
    with working(folder):
        damnit("reprocess", "1", "--var", "a")
        reason = "The context Python /no/such/python is missing."
        until(lambda: reason in damnit("jobs").out)
        damnit("db-config", "context_python", sys.executable)
        folder.context_file.write_text(folder.context_file.read_text() + "\n")  # tried at once
        until(lambda: [job.state for job in jobs_of(folder)] == [JobState.DONE])
