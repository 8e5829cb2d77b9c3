"""DAMNIT folders with a stand-in for the daemon, which ends with the test."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import Ledger, ProcessId, acquire, load_lease, renew
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.supervise import observe, start, stop

STANDIN = Path(__file__).with_name("standin.py")


def standin(folder, *modes):
    """The command of a stand-in daemon."""
    return [sys.executable, str(STANDIN), str(folder.path), *modes]


def start_standin(folder, *modes, **options):
    return start(folder, command=standin(folder, *modes), **options)


def wait_until(condition, timeout_s=60.0):
    give_up_at = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.05)
    return found


def alone(folder, *modes):
    """Run a stand-in that no supervisord knows, until it has the lease."""
    process = subprocess.Popen(standin(folder, *modes), stdout=subprocess.DEVNULL)
    wait_until(lambda: (lease := observe(folder).lease) and lease.holder.pid == process.pid)
    return process


def supervisorctl(folder, *arguments):
    """Ask as users do, from anywhere."""
    conf = folder.path / "supervisord.conf"
    return subprocess.run(
        [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(conf), *arguments],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def permissions(path):
    return path.stat().st_mode & 0o777


def supervisord_of(folder):
    process = observe(folder).supervisord_process
    assert process is not None
    return process


@contextlib.contextmanager
def beating(ledger):
    """Renew the lease that there is, as its holder would."""
    over = threading.Event()

    def run():
        while not over.wait(0.2):
            with ledger.writing() as con:
                renew(con, load_lease(con).token, now=time.time())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def make_folder(tmp_path):
    """Make folders; what runs in them at the end is ended."""
    made = []

    def make(name="amore", mode=0o2770):
        folder = DamnitFolder(tmp_path / name)
        folder.path.mkdir(parents=True)
        folder.path.chmod(mode)
        made.append(folder)
        return folder

    yield make
    for folder in made:
        with contextlib.suppress(DamnitError):
            stop(folder, grace_s=5)


@pytest.fixture
def folder(make_folder):
    return make_folder()


@pytest.fixture
def far_away(monkeypatch, folder):
    """A ledger that says that a daemon works on another host."""
    monkeypatch.setattr("damnit_daemon.supervise.probe.WATCH_S", 0.8)
    monkeypatch.setattr("damnit_daemon.supervise.probe.WATCH_EVERY_S", 0.1)
    ledger = Ledger(folder.ledger)
    ledger.create()
    with ledger.writing() as con:
        acquire(con, ProcessId("far-away", 1, "other boot", "1"), now=time.time())
    return ledger
