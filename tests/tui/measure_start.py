"""Measure the app from outside, in a pseudo-terminal: start to first paint, bytes per move.

    python tests/tui/measure_start.py FOLDER [COUNT]

The first paint is compared with that of an empty Textual app, started in turn.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import sys
import termios
import time

EMPTY_APP = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("READY")

Empty().run()
"""
ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][AB0]|[=>])")
SIZE = (40, 120)


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, command: list[str]) -> None:
        self.started = time.perf_counter()
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))

    def read(self, wait_s: float) -> bytes:
        """What the program writes within a time."""
        if not select.select([self.fd], [], [], wait_s)[0]:
            return b""
        chunk = os.read(self.fd, 65536)
        self.seen += chunk
        return chunk

    def until(self, text: bytes) -> float:
        """Seconds from the start until the screen has shown a text."""
        while text not in ESCAPES.sub(b" ", self.seen):
            self.read(5.0)
        return time.perf_counter() - self.started

    def quiet(self, quiet_s: float = 0.3) -> int:
        """Wait until nothing comes any more; returns how many bytes came."""
        count = 0
        while chunk := self.read(quiet_s):
            count += len(chunk)
        return count

    def press(self, keys: bytes) -> int:
        """Type, and count the bytes of the answer."""
        os.write(self.fd, keys)
        return self.quiet()

    def end(self) -> None:
        """Kill it."""
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def first_paint(command: list[str], text: bytes) -> float:
    """Start a program once."""
    terminal = Terminal(command)
    try:
        return terminal.until(text)
    finally:
        terminal.end()


def main(folder: str, count: int = 7) -> None:
    """Print what was measured."""
    empty = [sys.executable, "-c", EMPTY_APP]
    ours = [sys.executable, "-m", "damnit_tui", folder]
    times: dict[str, list[float]] = {"empty": [], "table": []}
    for _ in range(count):
        times["empty"].append(first_paint(empty, b"READY"))
        times["table"].append(first_paint(ours, b"Comment"))
    for name, found in times.items():
        middle, least = statistics.median(found) * 1000, min(found) * 1000
        print(f"{name:8} median {middle:.0f} ms, least {least:.0f}")
    ratio = statistics.median(times["table"]) / statistics.median(times["empty"])
    print(f"ratio    {ratio:.2f}")
    terminal = Terminal(ours)
    terminal.until(b"Comment")
    terminal.quiet(1.5)
    for name, keys in (("down", b"j"), ("right", b"l"), ("page", b"\x1b[6~"), ("bottom", b"G")):
        print(f"{name:8} {[terminal.press(keys) for _ in range(3)]} bytes")
    start = time.perf_counter()
    idle = terminal.quiet(3.0)
    print(f"idle     {idle} bytes in {time.perf_counter() - start:.0f} s")
    terminal.end()


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:3]))
