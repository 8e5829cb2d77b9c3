"""A program in a terminal of our own: when something shows, and what it takes of memory."""

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
    b"\x1b[c": b"\x1b[?62;22c",  # what are you? a VT220 with colours
    b"\x1b[6n": b"\x1b[1;1R",  # where is the cursor?
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronised output? known, off
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",  # sizes told in the stream? unknown
    b"\x1b[?u": b"\x1b[?0u",  # kitty's keys? known, off
}
"""Question → answer, as a usual terminal gives it."""


class TerminalProgram:
    """A program with a terminal of a fixed size, which answers questions; killed at the end."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        self._ours, theirs = pty.openpty()
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        self._drawn = b""
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
        """How long from the start until text that matches was drawn.

        Raises:
            SystemExit: If it does not come.
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

    def peak_memory_mb(self) -> float:
        """The most that the program had resident so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None, status
        return int(found[1]) / 1024

    def text(self) -> str:
        """What was drawn so far, one thing after the other; where is not told."""
        return ESCAPES.sub(b" ", self._drawn).decode(errors="replace")

    def _read(self, wait_s: float) -> bool:
        if not select.select([self._ours], [], [], max(wait_s, 0))[0]:
            return False
        try:
            chunk = os.read(self._ours, 1 << 16)
        except OSError:  # Linux's way to say that the other end is closed
            chunk = b""
        if not chunk:
            raise SystemExit(f"the program ended; it drew:\n{self.text()}")
        for question, answer in ANSWERS.items():
            if question in chunk:
                os.write(self._ours, answer)
        self._drawn += chunk
        return True
