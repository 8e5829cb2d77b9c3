"""A terminal that draws pictures as kitty does: a peer that knows the protocol, not our code.

It reads what a program writes to its pseudo-terminal, keeps the images it is sent, and puts
together what is to be seen from the placeholders on its screen: colour and third diacritic say
which image, the first two which row and column of it.
"""

from __future__ import annotations

import base64
import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image

CELL = (7, 15)
"""Pixels of a character: nothing that could be guessed."""
PLACEHOLDER = "\U0010eeee"
_FIXED = {0x653, 0x654, 0x342, 0x300, 0x301, 0x302, 0x303, 0x304, *range(0x306, 0x30D), 0x30F}
_FIXED |= {0x311, 0x313, 0x314}
_TOKEN = re.compile(
    r"\x1b_(?P<apc>[^\x1b]*)\x1b\\"
    r"|\x1bP(?P<dcs>(?:[^\x1b]|\x1b(?!\\))*)\x1b\\"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b\[(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b[()][A-Z0-9]|\x1b[^\[\]_P()]"
    r"|(?P<text>[^\x1b\x00-\x1f\x7f]+)|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
)


def numbers() -> dict[str, int]:
    """Diacritic → number, from Unicode's own tables, as the protocol defines it (Unicode 6.0).

    Python's tables are newer: what came later is left out by its block.
    """
    listed = Path(__file__).with_name("kitty_diacritics.txt").read_text().split()
    marks = [chr(int(code, 16)) for code in listed]
    for mark in marks:
        assert unicodedata.combining(mark) == 230
        assert not unicodedata.decomposition(mark)
        assert ord(mark) not in _FIXED
    return {mark: number for number, mark in enumerate(marks)}


class Screen:
    """Cells with their colour, and images."""

    def __init__(self, columns: int, rows: int) -> None:
        self.size = columns, rows
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}
        """(x, y) → the letter with its diacritics, its colour."""
        self.images: dict[int, tuple[np.ndarray, int, int]] = {}
        """Number → pixels as they are shown, columns, rows of the placement."""
        self.size_sent = (0, 0)
        """Width and height of the last image, as it was sent."""
        self.sent = 0
        """Images so far."""
        self._marks = numbers()
        self._x = self._y = 0
        self._colour = ""
        self._head: dict[str, str] = {}
        self._data = ""
        self._rest = ""

    def feed(self, text: str) -> None:
        """Draw."""
        text = self._rest + text
        self._rest = ""
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                assert text[at] == "\x1b", repr(text[at : at + 40])
                self._rest = text[at:]
                return
            at = match.end()
            if match["apc"] is not None:
                self._graphics(match["apc"])
            elif match["final"] is not None and not match["between"]:
                self._control(match["parameters"], match["final"])
            elif match["text"] is not None:
                for letter in match["text"]:
                    self._draw(letter)
            elif match["control"] == "\r":
                self._x = 0
            elif match["control"] == "\n":
                self._y += 1

    def picture(self) -> np.ndarray | None:
        """What is drawn behind placeholders, as pixels; black where there is none of it."""
        columns, rows = self.size
        found = np.zeros((rows * CELL[1], columns * CELL[0], 3), np.uint8)
        pieces = 0
        for (x, y), (letter, colour) in self.cells.items():
            if not letter.startswith(PLACEHOLDER):
                continue
            if len(letter) < 4:
                return None  # the rest of it is still to come
            row, column, upper = (self._marks[mark] for mark in letter[1:])
            match = re.fullmatch(r"38;5;(\d+)", colour)
            assert match is not None, colour
            image = self.images.get(upper << 24 | int(match[1]))
            if image is None:
                continue
            scaled, across, down = image
            assert row < down
            assert column < across
            part = scaled[row * CELL[1] : (row + 1) * CELL[1], column * CELL[0] :][:, : CELL[0]]
            found[y * CELL[1] : (y + 1) * CELL[1], x * CELL[0] : (x + 1) * CELL[0]] = part
            pieces += 1
        return found if pieces else None

    def place(self) -> tuple[int, int, int, int]:
        """The cells with pieces of a picture: left, top, right, bottom."""
        at = [k for k, (letter, _) in self.cells.items() if letter.startswith(PLACEHOLDER)]
        xs, ys = [x for x, _ in at], [y for _, y in at]
        return min(xs), min(ys), max(xs) + 1, max(ys) + 1

    def holes(self) -> int:
        """How many cells amid the pieces are something else."""
        left, top, right, bottom = self.place()
        pieces = sum(letter.startswith(PLACEHOLDER) for letter, _ in self.cells.values())
        return (right - left) * (bottom - top) - pieces

    def pixels(self) -> np.ndarray:
        """The picture alone."""
        left, top, right, bottom = self.place()
        whole = self.picture()
        assert whole is not None
        return whole[top * CELL[1] : bottom * CELL[1], left * CELL[0] : right * CELL[0]]

    def text(self) -> str:
        """What is to be read."""
        columns, rows = self.size
        lines = (
            "".join(self.cells.get((x, y), (" ", ""))[0][0] for x in range(columns))
            for y in range(rows)
        )
        return "\n".join(lines)

    def _graphics(self, body: str) -> None:
        assert body.startswith("G"), body
        keys, _, data = body[1:].partition(";")
        given = dict(part.split("=", 1) for part in keys.split(","))
        assert given.get("q") == "2", "it would answer in between the keys"
        assert len(data) <= 4096
        if given.get("a") == "d":
            assert given["d"] == "I"
            self.images.pop(int(given["i"]), None)
            return
        if "a" in given:
            assert not self._data, "images in each other"
            self._head = given
        self._data += data
        if given["m"] == "1":
            assert len(data) % 4 == 0
            return
        head, self._head = self._head, {}
        assert (head["a"], head["U"], head["f"], head["t"]) == ("T", "1", "100", "d")
        file = io.BytesIO(base64.b64decode(self._data, validate=True))
        self._data = ""
        pixels = np.asarray(Image.open(file).convert("RGB"))
        columns, rows = int(head["c"]), int(head["r"])
        self.images[int(head["i"])] = _fitted(pixels, columns, rows), columns, rows
        self.size_sent = pixels.shape[1], pixels.shape[0]
        self.sent += 1

    def _control(self, parameters: str, final: str) -> None:
        if parameters[:1] in "<=>?" and parameters:
            if (parameters, final) == ("?1049", "h"):
                self.cells.clear()
            return
        first = int((parameters.split(";")[0] or "1") if parameters else 1)
        if final == "m":
            self._sgr(parameters)
        elif final == "H":
            row, _, column = parameters.partition(";")
            self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
        elif final == "C":
            self._x += first
        elif final == "G":
            self._x = first - 1
        elif final == "X":
            for step in range(first):
                self.cells[self._x + step, self._y] = (" ", "")

    def _sgr(self, parameters: str) -> None:
        codes = (parameters or "0").split(";")
        while codes:
            code = codes.pop(0) or "0"
            if code in ("38", "48"):
                count = 2 if codes[0] == "5" else 4
                rest, codes = codes[:count], codes[count:]
                if code == "38":
                    self._colour = ";".join(["38", *rest])
            elif code in ("0", "39"):
                self._colour = ""
            elif 30 <= int(code) <= 37 or 90 <= int(code) <= 97:
                self._colour = code

    def _draw(self, letter: str) -> None:
        if unicodedata.combining(letter):
            before, colour = self.cells[self._x - 1, self._y]
            self.cells[self._x - 1, self._y] = (before + letter, colour)
            return
        wide = unicodedata.east_asian_width(letter) in "WF"
        self.cells[self._x, self._y] = (letter, self._colour)
        self._x += 2 if wide else 1


def _fitted(pixels: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """As large as its characters allow at its own shape, in the middle: nearest pixels."""
    width, height = columns * CELL[0], rows * CELL[1]
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    across, down = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
    row = np.clip(np.arange(height) * pixels.shape[0] // down, 0, pixels.shape[0] - 1)
    column = np.clip(np.arange(width) * pixels.shape[1] // across, 0, pixels.shape[1] - 1)
    return pixels[row[:, None], column]


class Kitty:
    """A program in it; killed at the end."""

    def __init__(
        self,
        command,
        environment,
        cwd: Path,
        *,
        size=(120, 36),
        version: str | None = "kitty(0.35.2)",
        knows_pixels=True,
        answer_after_s=0.0,
        cut_at=7,
    ) -> None:
        self.screen = Screen(*size)
        self.raw = bytearray()
        self._version = version
        self._answer_after_s, self._cut_at = answer_after_s, cut_at
        self._due: list[tuple[float, bytes]] = []
        self._ours, theirs = pty.openpty()
        self.resize(*size, knows_pixels=knows_pixels)
        self.process = subprocess.Popen(
            command,
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            cwd=cwd,
            preexec_fn=lambda: os.login_tty(theirs),
        )
        os.close(theirs)
        self._decode = _incremental()

    def __enter__(self) -> Kitty:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._ours)

    def resize(self, columns: int, rows: int, *, knows_pixels=True) -> None:
        """Another size; tells the program, if there is one."""
        self.screen.size = columns, rows
        pixels = (columns * CELL[0], rows * CELL[1]) if knows_pixels else (0, 0)
        size = struct.pack("HHHH", rows, columns, *pixels)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def wait_for(self, condition, *, timeout_s=45.0):
        """Draw until it holds; its value."""
        deadline = time.monotonic() + timeout_s
        while not (found := condition()):
            assert time.monotonic() < deadline, f"never seen, but:\n{self.screen.text()}"
            self.read(0.1)
        return found

    def wait_for_text(self, text: str):
        return self.wait_for(lambda: text in self.screen.text())

    def read(self, wait_s: float) -> None:
        """Draw what comes, if anything does."""
        while self._due and self._due[0][0] <= time.monotonic():
            os.write(self._ours, self._due.pop(0)[1])
        if not select.select([self._ours], [], [], wait_s)[0]:
            return
        try:
            chunk = os.read(self._ours, 1 << 16)
        except OSError:
            chunk = b""
        if not chunk:
            time.sleep(wait_s)
            return
        self.raw += chunk
        if b"\x1b[>q" in chunk and self._version is not None:
            answer = f"\x1bP>|{self._version}\x1b\\".encode()
            # In two parts, as a slow line may deliver it.
            at, cut = time.monotonic() + self._answer_after_s, self._cut_at or len(answer)
            self._due += [(at, answer[:cut]), (at, answer[cut:])]
        self.screen.feed(self._decode(chunk))


def _incremental():
    from codecs import getincrementaldecoder

    return getincrementaldecoder("utf-8")("replace").decode
