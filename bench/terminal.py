"""Run a program in a pseudo-terminal; measure when it draws, and its memory."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

COLUMNS, ROWS = 120, 36

CONTROL, STRING, SHORT = (
    rb"\[[0-?]*[ -/]*[@-~]",
    rb"[\]P][^\x07\x1b]*(?:\x07|\x1b\\)",
    rb"[()][AB0]|[@-_=>78]",
)
ESCAPES = re.compile(rb"\x1b(?:" + b"|".join([CONTROL, STRING, SHORT]) + rb")")

ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",  # device attributes? a VT220 with colours
    b"\x1b[6n": b"\x1b[1;1R",  # cursor position?
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronised output? known, off
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",  # in-band size reports? unknown
    b"\x1b[?u": b"\x1b[?0u",  # kitty keyboard protocol? known, off
}
"""Query → response of a typical terminal."""


class TerminalProgram:
    """A program in a terminal of fixed size that responds to queries; killed on exit."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        cwd: Path,
        *,
        rows: int = ROWS,
        bytes_per_s: float | None = None,
    ) -> None:
        """Start the program.

        Args:
            command: The program.
            environment: Its environment variables.
            cwd: Its working directory.
            rows: Lines of the terminal.
            bytes_per_s: Speed of the connection; None for unlimited.
        """
        self._ours, theirs = pty.openpty()
        size = struct.pack("HHHH", rows, COLUMNS, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        self._bytes_per_s = bytes_per_s
        self._free_at = 0.0
        self._drawn = bytearray()
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            cwd=cwd,
            preexec_fn=lambda: os.login_tty(theirs),
        )
        os.close(theirs)

    def __enter__(self) -> TerminalProgram:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._ours)

    def seconds_until(self, pattern: str, *, timeout_s: float = 60) -> float:
        """Return the time from the start until matching text is drawn.

        Raises:
            SystemExit: On timeout.
        """
        deadline = self._began + timeout_s
        while time.perf_counter() < deadline:
            if self._read(deadline - time.perf_counter()):
                seen = time.perf_counter()
                if re.search(pattern, self.text()):
                    return seen - self._began
        raise SystemExit(f"{pattern!r} was not drawn within {timeout_s} s, but:\n{self.text()}")

    def wait_until_quiet(self, quiet_s: float = 1.0, *, timeout_s: float = 15) -> None:
        """Wait until nothing is drawn for a while."""
        deadline = time.perf_counter() + timeout_s
        while time.perf_counter() < deadline and self._read(quiet_s):
            pass

    def wait_until_idle(self, *, slice_s: float = 0.25, timeout_s: float = 60) -> float:
        """Wait until the program is idle; returns how long it was busy."""
        began = time.perf_counter()
        busy_until = began
        while time.perf_counter() < began + timeout_s:
            before = self.cpu_s()
            self.bytes_within(slice_s)
            if self.cpu_s() - before > 0.1 * slice_s:
                busy_until = time.perf_counter()
            elif time.perf_counter() - busy_until > 3 * slice_s:
                return busy_until - began
        raise SystemExit(f"the program is still busy after {timeout_s} s")

    def send(self, keys: bytes) -> None:
        """Send keys."""
        os.write(self._ours, keys)

    def answer_s(self, keys: bytes, *, timeout_s: float = 10) -> float:
        """Send keys; returns the time until anything is drawn."""
        while self._read(0):  # discard earlier output
            pass
        began = time.perf_counter()
        self.send(keys)
        if not self._read(timeout_s):
            raise SystemExit(f"nothing was drawn within {timeout_s} s of {keys!r}")
        return time.perf_counter() - began

    def bytes_of(self, keys: bytes, *, quiet_s: float = 0.3) -> int:
        """Send keys; returns the bytes drawn until the program is quiet."""
        before = len(self._drawn)
        self.send(keys)
        self.wait_until_quiet(quiet_s)
        return len(self._drawn) - before

    def bytes_within(self, duration_s: float) -> int:
        """Read output for some time; returns its size in bytes."""
        before, end = len(self._drawn), time.perf_counter() + duration_s
        while (left := end - time.perf_counter()) > 0:
            self._read(left)
        return len(self._drawn) - before

    def seconds_until_next(self, pattern: str, *, timeout_s: float = 30) -> float:
        """Return the time from now until matching text is drawn."""
        start, began = len(self._drawn), time.perf_counter()
        while (passed := time.perf_counter() - began) < timeout_s:
            if self._read(timeout_s - passed) and re.search(pattern, self.text(start)):
                return time.perf_counter() - began
        raise SystemExit(f"{pattern!r} was not drawn within {timeout_s} s: {self.text(start)}")

    def cpu_s(self) -> float:
        """Return the CPU time used."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return the resident memory."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None, status
        return int(found[1]) / 1024

    @property
    def bytes_drawn(self) -> int:
        """Bytes drawn so far."""
        return len(self._drawn)

    def text(self, start: int = 0) -> str:
        """Return the text drawn so far in order, without positions."""
        return ESCAPES.sub(b" ", self._drawn[start:]).decode(errors="replace")

    def _read(self, wait_s: float) -> bool:
        if self._bytes_per_s is not None:
            time.sleep(max(0.0, self._free_at - time.perf_counter()))
        if not select.select([self._ours], [], [], max(wait_s, 0))[0]:
            return False
        try:
            chunk = os.read(self._ours, 1 << (16 if self._bytes_per_s is None else 11))
        except OSError:  # on Linux: the other end is closed
            chunk = b""
        if not chunk:
            raise SystemExit(f"the program ended; it drew:\n{self.text()}")
        for question, answer in ANSWERS.items():
            if question in chunk:
                os.write(self._ours, answer)
        self._drawn += chunk
        if self._bytes_per_s is not None:
            self._free_at = time.perf_counter() + len(chunk) / self._bytes_per_s
        return True
