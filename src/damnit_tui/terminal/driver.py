"""The terminal driver: tracks pending output, and whether the terminal still exists."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import sys
import termios
import threading
import time
import tty
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from textual import constants
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from ..textual_internals import SYNC_END, SYNC_START
from .graphics.image_cache import ImageCache
from .graphics.protocol_choice import is_in_tmux
from .graphics.raster import USUAL_CELL
from .graphics.terminal_query import QUESTION, TerminalReplies
from .key_reader import KeyReader
from .screen_diff import ScreenDiff

LOOK_S = 1.0
KEYS_AS_KITTY = "" if constants.DISABLE_KITTY_KEY else f"\x1b[={1 | 8 | 16};1u"
"""Disambiguated, all keys, with their text: the flags that Textual requests."""
SHORT = 1000
"""Longest output without synchronised output, in characters."""
ERASING = ("xterm", "tmux", "foot", "kitty", "alacritty", "wezterm", "rxvt", "konsole", "vte")
"""Terminals that erase with the background colour; GNU screen and the Linux console do not."""
AS_AT_FIRST = (
    "\x1b[?1049h\x1b[?6l\x1b[4l\x1b[r\x1b(B\x0f\x1b[0m\x1b[2J"  # screen, margins, characters
    f"\x1b[?25l\x1b[?1004h{KEYS_AS_KITTY}"
)
"""Textual's initial modes, and resets of those that other programs leave behind."""
GRACE_S = 3.0
"""How long the app may take to exit by itself."""
GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL
READ_S = 0.1
"""How long the driver waits for keys at a time."""
HELD_S = 0.02
"""The same while an incomplete key is held back."""


class TerminalIdentified(Message):
    """The terminal has reported its name and version."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self.version = version


class Output:
    """The terminal as a file; output to one that has gone is dropped without an error.

    An error would end Textual's writer thread, and the next write would block forever.
    """

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write as much as possible."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush as much as possible."""
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        """Return the underlying file descriptor."""
        return int(self._file.fileno())


class PacedDriver(LinuxDriver):
    """Textual's driver, which also detects a slow terminal and reduces its output."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """Create the driver with Textual's arguments."""
        super().__init__(*args, **more)
        self._file: Any = Output(self._file)
        self.memory = ScreenDiff(erases=os.environ.get("TERM", "").startswith(ERASING))
        """The terminal's contents; the app sets its size."""
        self._begun = self._has_begun = False
        self.pictures = ImageCache(
            super().write, self.memory.images, in_tmux=is_in_tmux(os.environ)
        )
        """Images held by the terminal."""
        self._answers = TerminalReplies()

    def write(self, data: str) -> None:
        """Send only what differs from the terminal's contents; an unchanged frame sends nothing."""
        if data == SYNC_START:
            self._begun = True
            return
        if data == SYNC_END:
            if self._has_begun:
                super().write(SYNC_END)
            self._begun = self._has_begun = False
            return
        if data := self.memory.shorten(data):
            # Output that fits in one write is not torn in any case.
            if self._begun and len(data) > SHORT:
                super().write(SYNC_START)
                self._begun, self._has_begun = False, True
            super().write(data)

    def _sigcont_application(self, *_: object) -> None:
        """Resume after a SIGTSTP.

        The same signal comes when the terminal goes away, and to a process that was not stopped: a
        second set of threads would be started, and the first never ended.
        """
        if self._must_signal_resume:
            super()._sigcont_application()

    def start_application_mode(self) -> None:
        """Start with a screen of unknown contents."""
        self.memory.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if getattr(self._app, "asks_terminal", False) and not self._answers.version:
            super().write(QUESTION)

    def redraw(self) -> None:
        """Forget the screen's contents, and set again all modes another program may have reset."""
        self.memory.forget()
        self.pictures.clear()
        with suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            attributes[tty.IFLAG] = self._patch_iflag(attributes[tty.IFLAG])
            attributes[tty.LFLAG] = self._patch_lflag(attributes[tty.LFLAG])
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)
        super().write(AS_AT_FIRST)
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        if self._in_band_window_resize:
            self._enable_in_band_window_resize()

    def stop_application_mode(self) -> None:
        """Delete all images."""
        self.pictures.clear()
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Read keys as Textual does, and the terminal's replies, which may come at any time."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        is_slow = bool(getattr(self._app, "is_lite", False))
        keys = KeyReader(time.monotonic, is_slow=is_slow, debug=self._debug)
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        try:
            while not self.exit_event.is_set():
                if poll.poll(1000 * (HELD_S if keys.waits else READ_S)):
                    read = os.read(self.fileno, 4096)
                    if not read:  # the terminal is gone; `watch_terminal` handles that
                        self.exit_event.wait(READ_S)
                    text = self._keys_of(decode(read))
                else:
                    text = self._answers.given_up()
                for event in chain(keys.feed(text), keys.tick()):
                    self.process_message(event)
        finally:
            keys.end()

    def _keys_of(self, text: str) -> str:
        version = self._answers.version
        text = self._answers.taken_out(text)
        if self._answers.version != version:
            self.process_message(TerminalIdentified(self._answers.version))
        return text

    @property
    def is_behind(self) -> bool:
        """True if the terminal has not yet taken the last output."""
        writer = self._writer_thread
        if writer is None:
            return False
        # What the thread has taken from its queue may still be stuck in the terminal.
        return writer._queue.qsize() > 0 or not takes_output(writer.fileno())


def cell_pixels() -> tuple[int, int]:
    """Pixels per character, across and down, as reported by the terminal."""
    try:
        packed = fcntl.ioctl(sys.__stdout__ or 1, termios.TIOCGWINSZ, b"\0" * 8)
    except (OSError, ValueError):
        return USUAL_CELL
    rows, columns, width, height = struct.unpack("HHHH", packed)
    if not (rows and columns and width >= columns and height >= rows):
        return USUAL_CELL
    return width // columns, height // rows


def takes_output(fileno: int) -> bool:
    """Return True if a write would succeed at once."""
    poll = select.poll()
    poll.register(fileno, select.POLLOUT)
    return bool(poll.poll(0))


def is_gone(fileno: int) -> bool:
    """Return True if a terminal has hung up."""
    poll = select.poll()
    poll.register(fileno, 0)
    return any(event & GONE for _, event in poll.poll(0))


def shell_resumes() -> bool:
    """Return True if a shell with job control is waiting, so that a stopped app can resume.

    The leader of a session, such as a command that tmux or sshd starts, would stop forever.
    """
    pid = os.getppid()
    try:
        while os.getpgid(pid) == os.getpgrp():  # a wrapper of this process
            pid = _parent(pid)
        return os.getsid(pid) == os.getsid(0)
    except (OSError, ValueError):
        return False


def _parent(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    return int(stat.rpartition(")")[2].split()[1])


def watch_terminal(leave: Callable[[], None], end: Callable[[], None]) -> threading.Event:
    """End the process when its terminal goes away.

    Where SIGHUP is ignored (nohup, some wrappers) nothing else notices, and the driver would
    read end-of-file as fast as it can.

    Args:
        leave: Asks the app to end.
        end: Cleanup to run even if it does not.

    Returns:
        Event that stops the watching when set.
    """
    stop = threading.Event()
    fileno = sys.__stdin__.fileno() if sys.__stdin__ else -1

    def watch() -> None:
        while not stop.wait(LOOK_S):
            if is_gone(fileno):
                leave()
                stop.wait(GRACE_S)
                end()
                os._exit(1)

    if fileno >= 0 and os.isatty(fileno):
        threading.Thread(target=watch, name="terminal-watch", daemon=True).start()
    return stop
