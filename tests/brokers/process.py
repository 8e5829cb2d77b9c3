"""A server process of a test: started, killed, stopped by its own id."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

START_TIMEOUT_S = 60.0
PR_SET_PDEATHSIG = 1  # from linux/prctl.h

_libc = ctypes.CDLL(None)


class ServerProcess:
    """One server that listens on a port of 127.0.0.1."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        log: Path,
        extra: Mapping[str, str] | None = None,
        *,
        answers: bool = False,
    ) -> None:
        self.port = port
        self._answers = answers
        self._command = command
        self._log = log
        self._environment = {**os.environ, **(extra or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def tell(self, line: bytes) -> None:
        """Tell a server that answers something, and wait until it has done it."""
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()
        if not self._process.stdout.readline():
            raise RuntimeError(f"it ended:\n{last_lines(self._log)}")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self._answers else log,
                stderr=log,
                env=self._environment,
                preexec_fn=_die_with_us,
            )
        wait_until(lambda: answers(self.port) or self._process.poll() is not None, self._log)
        if self._process.poll() is not None:
            raise RuntimeError(f"it ended at once:\n{last_lines(self._log)}")

    def kill(self) -> None:
        """End it without a word of warning."""
        self._end(kill=True)

    def stop(self) -> None:
        """Let it end."""
        self._end(kill=False)

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if not kill:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                pass
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _die_with_us() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def free_port() -> int:
    """A free port outside the range that outgoing connections take theirs from.

    Inside it a client that tries to reach a dead server on its own host may end
    up connected to itself, and hold the server's port.
    """
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def answers(port: int) -> bool:
    """Whether something listens."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def wait_until(condition, log: Path | None = None, timeout_s: float = START_TIMEOUT_S) -> None:
    """Wait for something to come true, looking often."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(last_lines(log) if log else "it did not come true")
        time.sleep(0.01)


def last_lines(log: Path) -> str:
    """The end of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-10:])
