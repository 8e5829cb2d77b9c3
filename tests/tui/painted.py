"""A small terminal emulator that draws the output of the app."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.color import ColorSystem
from textual._compositor import CompositorUpdate

from damnit_tui.terminal.screen_diff import ScreenDiff
from damnit_tui.terminal.sgr import PLAIN, applied
from damnit_tui.themed_app import ThemedApp

_SEQUENCE = re.compile(
    r"\x1b\[([0-9;]*)m|\x1b\[(\d*);?(\d*)H|\x1b\[(\d*)([CGX])|\x1b[^a-zA-Z]*[a-zA-Z]|."
)


class Terminal:
    """Draws as terminals do, as far as is needed here."""

    def __init__(self):
        self.cells = {}
        """(x, y) → letter, which part of a wide one, look."""
        self.x = self.y = 0
        self.look = PLAIN
        self.width = cell_len
        """How many cells a letter takes; terminals differ in that."""

    def feed(self, data):
        """Draw it; returns the terminal."""
        for match in _SEQUENCE.finditer(data):
            if match[1] is not None:
                self.look = applied(self.look, match[1])
            elif match[0].endswith("H"):
                self.y, self.x = int(match[2] or 1) - 1, int(match[3] or 1) - 1
            elif match[5] == "C":
                self.x += int(match[4] or 1)
            elif match[5] == "G":
                self.x = int(match[4]) - 1
            elif match[5] == "X":
                for step in range(int(match[4])):
                    self._put(self.x + step, " ", 0, self.look.of_blank)
            elif not match[0].startswith("\x1b"):
                self._draw(match[0])
        return self

    def _draw(self, letter):
        look = self.look.of_blank if letter == " " else self.look
        for part in range(self.width(letter)):
            self._put(self.x + part, letter, part, look)
        self.x += self.width(letter)

    def _put(self, x, letter, part, look):
        """Write into a cell; of a wide letter there, the other half is blank then."""
        if (x, self.y) in self.cells:
            was = self.cells[x, self.y]
            if was[1] > 0 and part == 0:
                self.cells[x - 1, self.y] = (" ", 0, was[2])
            if self.cells.get((x + 1, self.y), was)[1] > 0:
                self.cells[x + 1, self.y] = (" ", 0, was[2])
        self.cells[x, self.y] = (letter, part, look)

    def text(self, y, x, end):
        """What stands on a line from one place to another."""
        found = [self.cells.get((place, y), (" ", 0, PLAIN)) for place in range(x, end)]
        return "".join(letter for letter, part, _ in found if part == 0)

    def looks(self, y, x, end):
        """How it is drawn."""
        return {self.cells[place, y][2] for place in range(x, end)}


class PaintedApp(ThemedApp):
    """An app whose screen can be read: only what was really sent to it is there."""

    def __init__(self):
        super().__init__()
        self.console._color_system = ColorSystem.TRUECOLOR
        self.terminal = Terminal()
        self.memory = ScreenDiff()
        self.painted_size = None
        self.sent = 0
        """Characters so far."""

    def on_resize(self, event):
        self.memory.resize(*event.size)
        if event.size != self.painted_size:
            self.painted_size = event.size
            self.terminal.cells.clear()

    def _display(self, screen, renderable):
        super()._display(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            sent = self.memory.shorten(renderable.render_segments(self.console))
            self.sent += len(sent.encode())
            self.terminal.feed(sent)
