"""A real daemon for a folder, and other things to wait for."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from damnit_daemon.ledger import Ledger, load_jobs, running_daemon
from damnit_daemon.store import Database, save_setting

SETTINGS = {
    "trigger": "none", "watch_settle_s": "0", "watch_interval_s": "0.2", "local_jobs": 1,
}  # fmt: skip


@contextmanager
def working(folder):
    """Have a daemon work in a folder for the length of the block."""
    with Database(folder.database).writing() as con:
        for key, value in SETTINGS.items():
            save_setting(con, key, value)
    log = folder.path / "daemon.log"
    with log.open("w") as output, started(folder, "run", stdout=output, stderr=output) as process:
        ledger = Ledger(folder.ledger)
        until(lambda: running_daemon(ledger) is not None or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield process
        process.terminate()
        process.wait(60)


@contextmanager
def started(folder, *arguments, **options):
    """A command in a process of its own, in the folder; it ends with the block."""
    command = [sys.executable, "-m", "damnit_daemon.cli", *arguments]
    with subprocess.Popen(command, cwd=folder.path, **options) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()


def until(happened, timeout_s=60.0):
    """Wait until something has happened; gives what it was."""
    give_up_at = time.monotonic() + timeout_s
    while time.monotonic() < give_up_at:
        if found := happened():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def jobs_of(folder, **which):
    """The jobs in the ledger, the oldest first."""
    with Ledger(folder.ledger).reading() as con:
        return load_jobs(con, **which)[::-1]
