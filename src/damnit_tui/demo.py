"""`damnit-tui demo`: a made-up experiment, run by a child process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from damnit_daemon.errors import DamnitError
from damnit_daemon.paths import DamnitFolder

from .cli import open_app, print_table
from .session import Session

ANNOUNCEMENT = "folder: "
LOG = "demo.log"
END_S = 5.0
"""How long the child may take to end when asked to."""


class DemoProcess:
    """The child that makes runs and processes them, and all it has started.

    Attributes:
        directory: Where it makes them; removed at the end.
    """

    def __init__(self, directory: Path, *, runs: int, every_s: float) -> None:
        self.directory = directory
        self._log = (directory / LOG).open("wb") if sys.stdout.isatty() else None
        command = [sys.executable, "-m", "damnit_daemon.demo", str(directory)]
        self._process = subprocess.Popen(
            [*command, "--runs", str(runs), "--every", str(every_s)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )

    def folder(self) -> DamnitFolder:
        """Wait for the folder to exist.

        Raises:
            DamnitError: If the child ends before.
        """
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(ANNOUNCEMENT):
                # Somebody must read on, or the child would wait for room in the pipe.
                threading.Thread(target=self._drain, daemon=True).start()
                return DamnitFolder(Path(line.removeprefix(ANNOUNCEMENT).rstrip("\n")))
        raise self._failed(self._process.wait())

    def wait(self) -> None:
        """Wait for the child to have made all runs.

        Raises:
            DamnitError: If it failed.
        """
        code = self._process.wait()
        if code:
            raise self._failed(code)

    def end(self) -> None:
        """End the child and what it has started; once is enough, twice does no harm."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except (ProcessLookupError, PermissionError):
                break
            try:
                self._process.wait(END_S)
            except subprocess.TimeoutExpired:
                continue
        if self._log is not None:
            self._log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _drain(self) -> None:
        assert self._process.stdout is not None
        for _ in self._process.stdout:
            pass

    def _failed(self, code: int) -> DamnitError:
        log = self.directory / LOG
        lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        reason = f" {lines[-1]}" if lines else ""
        return DamnitError(f"The demo's process ended with code {code}.{reason}")


@contextmanager
def demo_process(*, runs: int, every_s: float) -> Iterator[DemoProcess]:
    """Start the child in a temporary directory; end it and remove that at the end."""
    directory = Path(tempfile.mkdtemp(prefix="damnit-demo-"))
    process = DemoProcess(directory, runs=runs, every_s=every_s)
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield process
    finally:
        process.end()
        for number, handler in before.items():
            signal.signal(number, handler)


def run_demo(*, runs: int, every_s: float, lite: bool = False) -> None:
    """Show the demo; where stdout is no terminal, print its table when it is done.

    Raises:
        DamnitError: If the child failed.
    """
    with demo_process(runs=runs, every_s=every_s) as process:
        folder = process.folder()
        if sys.stdout.isatty():
            open_app(Session(folder), lite=lite, at_end=process.end)
        else:
            process.wait()
            print_table(Session(folder), "md")


def _leave(number: int, _frame: object) -> None:
    """Turn a signal into an ordinary end, so that nothing is left behind."""
    raise SystemExit(128 + number)
