"""The terminal behind the app: how much it still has to take, and whether it is still there."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable
from typing import Any

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.drivers.linux_driver import LinuxDriver

from .screen_memory import ScreenMemory

LOOK_S = 1.0
SHORT = 1000
"""Characters that need no synchronised output."""
ERASING = ("xterm", "tmux", "foot", "kitty", "alacritty", "wezterm", "rxvt", "konsole", "vte")
"""Terminals that erase with the colour behind; the screen program and the console do not."""
GRACE_S = 3.0
"""How long the app may take to end by itself."""
GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class PacedDriver(LinuxDriver):
    """Textual's driver, which also tells whether the terminal is behind, and sends it less."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """As Textual makes it."""
        super().__init__(*args, **more)
        self.memory = ScreenMemory(erases=os.environ.get("TERM", "").startswith(ERASING))
        """What the terminal shows; told of its size by the app."""
        self._begun = self._has_begun = False

    def write(self, data: str) -> None:
        """Send what differs from what is shown; of a frame in which nothing does, nothing."""
        if data == SYNC_START:
            self._begun = True
            return
        if data == SYNC_END:
            if self._has_begun:
                super().write(SYNC_END)
            self._begun = self._has_begun = False
            return
        if data := self.memory.shorten(data):
            # What fits in one write is not torn in any case.
            if self._begun and len(data) > SHORT:
                super().write(SYNC_START)
                self._begun, self._has_begun = False, True
            super().write(data)

    def start_application_mode(self) -> None:
        """Begin with a screen of which nothing is known."""
        self.memory.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has yet to take what was written last."""
        writer = self._writer_thread
        if writer is None:
            return False
        # What the thread has taken from its queue may still be stuck in the terminal.
        return writer._queue.qsize() > 0 or not takes_output(writer.fileno())


def takes_output(fileno: int) -> bool:
    """Tell whether a write would go through at once."""
    poll = select.poll()
    poll.register(fileno, select.POLLOUT)
    return bool(poll.poll(0))


def is_gone(fileno: int) -> bool:
    """Tell whether a terminal has hung up."""
    poll = select.poll()
    poll.register(fileno, 0)
    return any(event & GONE for _, event in poll.poll(0))


def watch_terminal(leave: Callable[[], None], end: Callable[[], None]) -> threading.Event:
    """End the process when its terminal goes away.

    Where SIGHUP is ignored (nohup, some wrappers) nobody else notices, and the
    driver would read end-of-file as fast as it can.

    Args:
        leave: Asks the app to end.
        end: What must be done even if it does not.

    Returns:
        Set it to stop watching.
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
