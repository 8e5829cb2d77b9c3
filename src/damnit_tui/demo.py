"""`damnit-tui demo`: a made-up experiment and the daemon that computes it, in child processes."""

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
from functools import partial
from pathlib import Path

from damnit_daemon.errors import DamnitError
from damnit_daemon.own_python import module_command, own_environment
from damnit_daemon.paths import DATA_ROOT_VARIABLE, DamnitFolder
from damnit_daemon.runner.processes import die_with_parent
from damnit_daemon.supervise import stop
from damnit_daemon.supervise.conf_io import conf_path

from .data.session import Session
from .startup import is_seen, open_app, print_table

ANNOUNCEMENT = "folder: "
END_S = 5.0
"""How long a child may take to end when asked to."""
LOOK_S = 0.1
AT_ONCE = 4
"""Number of initial runs, so that the table is not empty."""


class DemoProcess:
    """A process in its own group, with all its children; its output goes to a file.

    Attributes:
        log: The file of its output.
    """

    def __init__(self, name: str, directory: Path, *arguments: str) -> None:
        self.log = directory / f"{name}.log"
        self._name = name
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                module_command(*arguments),
                env=own_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Even if this process is killed outright: an orphaned daemon would run forever.
                preexec_fn=partial(die_with_parent, os.getpid()),
            )

    def has_ended(self) -> bool:
        """Return True if the process has finished.

        Raises:
            DamnitError: If it failed.
        """
        code = self._process.poll()
        if code:
            last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
            reason = f" {last[0]}" if last else ""
            raise DamnitError(f"The demo's {self._name} exited with code {code}.{reason}")
        return code is not None

    def ask_to_end(self) -> None:
        """Ask the process to end, with its children."""
        self._process.terminate()

    def end(self) -> None:
        """Make sure that nothing of it is left; idempotent."""
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
        self._process.wait(END_S)


class Demo:
    """The child that creates runs, and the daemon that computes them.

    Attributes:
        directory: Their working directory; removed at the end.
    """

    def __init__(self, directory: Path, *, runs: int, every_s: float) -> None:
        self.directory = directory
        options = ["--runs", str(runs), "--every", str(every_s), "--at-once", str(AT_ONCE)]
        self._maker = DemoProcess(
            "experiment", directory, "damnit_daemon.demo", str(directory), *options, "--wait"
        )
        self._children = [self._maker]
        self._folder: DamnitFolder | None = None
        self._lock = threading.Lock()

    def start_daemon(self) -> DamnitFolder:
        """Wait for the folder to exist, and start the daemon there.

        Raises:
            DamnitError: If the other child ends first.
        """
        folder = self._folder = self._wait_for_folder()
        arguments = ("damnit_daemon.cli", "run", "--in", str(folder.path))
        self._children.append(DemoProcess("daemon", self.directory, *arguments))
        return folder

    def wait(self) -> None:
        """Wait until all runs are computed.

        Raises:
            DamnitError: If a child failed.
        """
        pause = threading.Event()
        while not self._maker.has_ended():
            if self._children[-1].has_ended():
                raise DamnitError("The demo's daemon exited before all runs were processed.")
            pause.wait(LOOK_S)

    def end(self) -> None:
        """End the children and what they have started; idempotent."""
        with self._lock:
            for child in self._children:
                child.ask_to_end()
            for child in self._children:
                child.end()
            self._end_daemon()
            shutil.rmtree(self.directory, ignore_errors=True)

    def _end_daemon(self) -> None:
        """End a daemon started from the app: its supervisord is not a child of this process."""
        if self._folder is None or not conf_path(self._folder).exists():
            return
        try:
            stop(self._folder, grace_s=END_S)
        except DamnitError as error:
            print(f"damnit-tui: {error}", file=sys.stderr)

    def _wait_for_folder(self) -> DamnitFolder:
        pause = threading.Event()
        while not self._maker.has_ended():
            for line in self._maker.log.read_text(errors="replace").splitlines(keepends=True):
                if line.startswith(ANNOUNCEMENT) and line.endswith("\n"):
                    return DamnitFolder(Path(line.removeprefix(ANNOUNCEMENT).rstrip("\n")))
            pause.wait(LOOK_S / 2)
        raise DamnitError("The demo's experiment exited before it started.")


@contextmanager
def demo(*, runs: int, every_s: float) -> Iterator[Demo]:
    """Run the demo in a temporary directory; end it and remove the directory on exit.

    Meanwhile every child finds its data there: the daemon, one started from the app, and the
    context editor's dry runs.
    """
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    directory = Path(tempfile.mkdtemp(prefix="damnit-demo-"))
    root_before = os.environ.get(DATA_ROOT_VARIABLE)
    os.environ[DATA_ROOT_VARIABLE] = str(directory)
    started = Demo(directory, runs=runs, every_s=every_s)
    try:
        yield started
    finally:
        for number in before:
            # Once is enough; a second signal must not interrupt this.
            signal.signal(number, signal.SIG_IGN)
        started.end()
        os.environ.pop(DATA_ROOT_VARIABLE)
        if root_before is not None:
            os.environ[DATA_ROOT_VARIABLE] = root_before
        for number, handler in before.items():
            signal.signal(number, handler)


def run_demo(*, runs: int | None = None, every_s: float | None = None, lite: bool = False) -> None:
    """Show the demo; if stdout is not a terminal, print its table when it is done.

    Args:
        runs: Number of runs; 20 by default, 6 to print.
        every_s: Interval between runs; 5 by default, 0.5 to print.
        lite: The line is slow.

    Raises:
        DamnitError: If a child failed.
    """
    is_watched = is_seen(os.environ)
    usual_runs, usual_every_s = (20, 5.0) if is_watched else (6, 0.5)
    runs = usual_runs if runs is None else runs
    every_s = usual_every_s if every_s is None else every_s
    with demo(runs=runs, every_s=every_s) as started:
        folder = started.start_daemon()
        if is_watched:
            open_app(Session(folder), lite=lite, at_end=started.end, state=started.directory)
        else:
            started.wait()
            print_table(Session(folder), "md")


def _leave(number: int, _frame: object) -> None:
    """Turn a signal into an ordinary exit, so that nothing is left behind."""
    raise SystemExit(128 + number)
