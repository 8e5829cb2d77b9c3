"""One daemon of a cluster: started, stopped and killed by its own id."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1  # from linux/prctl.h
_libc = ctypes.CDLL(None)


class DaemonFailed(Exception):  # noqa: N818 – house style
    """It ended at once, or does not do its work."""


class SlurmDaemon:
    """A daemon in the foreground, in a session of its own; its id is kept in a file.

    The file lets another process stop it: the command, or the next start in the
    same folder after this one was killed.
    """

    def __init__(self, name: str, command: list[str], folder: Path, *, with_us: bool) -> None:
        self.name = name
        self._command = command
        self._pid_file = folder / "run" / f"{name}.pid"
        self._log = folder / "log" / f"{name}.out"
        self._with_us = with_us
        """Whether it ends when the thread that started it does."""
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("S")
        } | {"SLURM_CONF": str(folder / "slurm.conf")}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its id if it runs, else 0."""
        try:
            pid = int(self._pid_file.read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            return 0
        return (
            pid if Path(os.fsdecode(command)).name == self.name_of_program and state != "Z" else 0
        )

    @property
    def name_of_program(self) -> str:
        return Path(self._command[0]).name

    def start(self) -> None:
        if self.pid:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self._environment, cwd="/", start_new_session=True,
                preexec_fn=_die_with_us if self._with_us else None,
            )  # fmt: skip
        self._pid_file.write_text(f"{self._process.pid}\n")

    def fail_if_ended(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            raise DaemonFailed(f"{self.name} ended at once:\n{self.last_words()}")

    def last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-12:])

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Ask it to end, and make it."""
        if pid := self.pid:
            os.kill(pid, signal.SIGTERM)
            if not self._ends(timeout_s):
                self.kill()
        self._reap()

    def kill(self) -> None:
        """End it without a word of warning."""
        if pid := self.pid:
            os.kill(pid, signal.SIGKILL)
            self._ends(5.0)
        self._reap()

    def _ends(self, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        while self.pid and time.monotonic() < deadline:
            if self._process is not None:
                self._process.poll()
            time.sleep(0.01)
        return not self.pid

    def _reap(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.wait()
        self._pid_file.unlink(missing_ok=True)


def _die_with_us() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
