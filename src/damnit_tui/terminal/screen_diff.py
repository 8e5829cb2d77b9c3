"""Track the terminal's contents, so that only differences are sent; pure.

Textual repaints whole lines, sets every colour again for each segment and resets it
afterwards. On a slow line that is most of the output. Here it is parsed as a terminal would,
compared with the screen, and encoded anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, permutations
from typing import NamedTuple

from rich.cells import cell_len

from ..graphemes import graphemes
from .graphics.placeholders import PARTS, colour_of, is_piece, placeholders, slot_of
from .sgr import Style, Styles

_TOKEN = re.compile(
    r"\x1b\[([0-9;]*)m"  # a style
    r"|\x1b\[(\d*);?(\d*)H"  # a position
    r"|(\x1b\[(?:[<>=?][0-9;]*(?:u|\$p)|\?(?!1049|1047|47[hl])[0-9;]+[hl])"  # terminal modes
    r"|\x1b\](?!8;)[^\x07\x1b]*(?:\x07|\x1b\\))"  # title, clipboard, pointer
    r"|([^\x00-\x1f\x7f]+)"
    r"|(\r?\n)"
)
HOME = "\x1b[1;1H"
MOST_GAP = 3
"""Longest run of unchanged characters that is rewritten rather than skipped."""
LONG_BLANK = re.compile(r" {12,}")
"""Blanks that are erased rather than written."""
MOST_LOOKS = 20_000
NOTHING = ""
"""Placeholder for an unknown character."""
MOST_SORTED = 5
"""Pieces with more styles keep their order: those are pages, not moves of the cursor."""


class _Piece(NamedTuple):
    """Text to send, in one style."""

    y: int
    x: int
    style: int
    text: str


@lru_cache(maxsize=8192)
def _is_plain(text: str) -> bool:
    """Return True if each character takes exactly one cell, and none joins another."""
    return cell_len(text) == len(text) and all(cell_len(letter) == 1 for letter in text)


_Sent = tuple[str, int | None, tuple[int, int] | None]
"""The output, and the style and cursor position after it."""


class ScreenDiff:
    """The characters and styles on a screen of a fixed size.

    Output that cannot be parsed is passed through unchanged, and the screen is unknown after it.
    """

    def __init__(self, *, erases: bool = False) -> None:
        """Start without a size.

        Args:
            erases: True if the terminal erases with the background colour, as nearly all do.
        """
        self._erases = erases
        self.images: dict[int, int] = {}
        """Slot of pieces → number of the terminal's image for them."""
        self._columns = self._rows = 0
        self._target = 0
        self._all = Styles()
        self.forget()

    def resize(self, columns: int, rows: int) -> None:
        """Start over with another size; 0 by 0 passes everything through."""
        self._columns, self._rows = columns, rows
        self.forget()

    def forget(self) -> None:
        """Forget the screen's contents: the next frame is sent in full."""
        target, self._all = self._all[self._target], Styles()
        self._target = self._all.number(target)
        """The style of the text parsed next."""
        self._letters = [[NOTHING] * self._columns for _ in range(self._rows)]
        self._styles = [[0] * self._columns for _ in range(self._rows)]
        self._worn: int | None = None
        """The style the terminal has now; None if unknown."""
        self._place: tuple[int, int] | None = None
        """The position of the terminal's cursor; None if unknown."""
        self._x = self._y = 0
        self._is_placed = False
        self._pieces: list[_Piece] = []
        """Unsent differences; no two at the same position."""
        self._ends: dict[int, int] = {}
        """Column where the last piece of each line ends."""

    def shorten(self, data: str) -> str:
        """Return the shortest equivalent of some of Textual's output."""
        if not self._rows or "\x1b" not in data:
            self._is_placed = False
            return data
        if len(self._all) > MOST_LOOKS:
            self.forget()
        out: list[str] = []
        at = 0
        match = None
        take = self._apply
        for match in _TOKEN.finditer(data):
            start, end = match.span()
            if start != at or not take(match, out):
                break
            at = end
        self._send(out)
        if at != len(data):
            return "".join(out) + self._pass_on(data[at:])
        if match is not None and match[2] is not None and match[0] != HOME:
            # The text cursor: there the terminal shows an input method's candidates.
            self._move(self._y, self._x, out)
        return "".join(out)

    def _apply(self, match: re.Match[str], out: list[str]) -> bool:
        """Process a token of the output; return False if it is not understood."""
        kind = match.lastindex
        if kind == 1:
            style = self._all.after(self._target, match[1])
            if style is None:
                return False
            self._target = style
        elif kind == 5:
            text = match[5]
            if self.images and not text.isascii():
                return all(self._apply_part(part, out) for part in PARTS.findall(text))
            return self._apply_text(text, out)
        elif kind == 4:
            self._send(out)
            out.append(match[4])
        elif kind == 6:
            self._y, self._x = self._y + 1, 0
        else:
            self._y, self._x = int(match[2] or 1) - 1, int(match[3] or 1) - 1
            self._is_placed = True
        return True

    def _apply_text(self, text: str, out: list[str]) -> bool:
        is_plain = text.isascii() or _is_plain(text)
        end = self._x + (len(text) if is_plain else cell_len(text))
        if not self._is_placed or self._y >= self._rows or end > self._columns:
            return False
        if is_plain:
            self._write(text, end, out)
        else:
            self._send(out)
            self._write_odd(text, end, out)
        return True

    def _apply_part(self, text: str, out: list[str]) -> bool:
        """Process text, or pieces of a picture: their colour identifies the image."""
        image = self.images.get(slot_of(text[0])) if is_piece(text[0]) else None
        if image is None:
            return self._apply_text(text, out)
        before = self._target
        self._target = self._all.number(Style(front=colour_of(image), back=self._all[before].back))
        end = self._apply_text(text, out)
        self._target = before
        return end

    def _pass_on(self, data: str) -> str:
        """Forget the screen and pass the output through, after restoring style and position."""
        move = f"\x1b[{self._y + 1};{self._x + 1}H" if self._is_placed else ""
        style = "\x1b[0m" + self._all.change(0, self._target)
        self.forget()
        return style + move + data

    def _write(self, text: str, end: int, out: list[str]) -> None:
        x, self._x = self._x, end
        letters, styles = self._letters[self._y], self._styles[self._y]
        style, written = self._target, list(text)
        target = [style] * len(text)
        if " " in text:
            blank = self._all.blank[style]
            target = [blank if letter == " " else style for letter in text]
        shown, worn = letters[x:end], styles[x:end]
        if shown == written and worn == target:
            return
        same = [
            old == new and was == will
            for old, new, was, will in zip(shown, written, worn, target, strict=True)
        ]
        letters[x:end], styles[x:end] = written, target
        if x < self._ends.get(self._y, 0):
            self._send(out)
        self._ends[self._y] = end
        at = 0
        while at < len(text):
            if same[at]:
                at += 1
                continue
            stop = _end_of_change(same, at)
            for part in self._parts(text, at, stop):
                self._pieces.append(_Piece(self._y, x + part.start, style, text[part]))
            at = stop

    def _send(self, out: list[str]) -> None:
        """Send the differences; few pieces in the order with the fewest colour changes."""
        pieces, self._pieces = self._pieces, []
        self._ends.clear()
        styles = dict.fromkeys(piece.style for piece in pieces)
        if not 1 < len(styles) <= MOST_SORTED:
            self._send_in_order(pieces, out)
            return
        worn, place = self._worn, self._place
        best = min(permutations(styles), key=lambda order: self._cost((worn or 0, *order)))
        found: list[_Sent] = []
        for some in (sorted(pieces, key=lambda piece: best.index(piece.style)), pieces):
            self._worn, self._place = worn, place
            sent: list[str] = []
            self._send_in_order(some, sent)
            found.append(("".join(sent), self._worn, self._place))
        shortest, self._worn, self._place = min(found, key=lambda one: len(one[0]))
        out.append(shortest)

    def _cost(self, styles: Sequence[int]) -> int:
        """Number of characters to switch through these styles in turn."""
        return sum(len(self._all.change(one, other)) for one, other in pairwise(styles))

    def _send_in_order(self, pieces: list[_Piece], out: list[str]) -> None:
        for y, x, style, text in pieces:
            self._move(y, x, out)
            is_placed = self._print(text, style, out)
            self._place = (y, x + len(text)) if is_placed else None

    def _parts(self, text: str, start: int, end: int) -> list[slice]:
        """Split a piece of text at long blanks."""
        if not self._erases or not self._is_erasable(self._target):
            return [slice(start, end)]
        cuts = [start, end]
        for blank in LONG_BLANK.finditer(text, start, end):
            cuts += blank.span()
        cuts.sort()
        return [slice(a, b) for a, b in pairwise(cuts) if a < b]

    def _is_erasable(self, style: int) -> bool:
        """Return True if blanks in this style show nothing but the background colour."""
        return not self._all[self._all.blank[style]].words

    def _print(self, text: str, style: int, out: list[str]) -> bool:
        """Write a piece of text; return True if the cursor's position is known afterwards."""
        styles = self._all
        if text.isspace():
            blank = styles.blank[style]
            # Attributes that blanks do not show may stay as they are.
            if self._worn is None or styles.blank[self._worn] != blank:
                self._wear(self._style_of_blank(blank), out)
            if self._erases and LONG_BLANK.fullmatch(text) and self._is_erasable(style):
                # The last one is written: tmux ends a line where it was last erased.
                out.append(f"\x1b[{len(text) - 1}X\x1b[{len(text) - 1}C")
                text = " "
        else:
            self._wear(style, out)
        if self.images and is_piece(text[0]) and slot_of(text[0]) in self.images:
            out.append(placeholders(text, self.images))
            return False  # terminals disagree on the width of diacritics
        out.append(text)
        return True

    def _style_of_blank(self, blank: int) -> int:
        """The style nearest to the current one in which blanks look the same."""
        style = self._all[blank]
        if self._worn is None or style.words:
            return blank
        return self._all.number(style._replace(front=self._all[self._worn].front))

    def _wear(self, style: int, out: list[str]) -> None:
        if self._worn is None:
            out.append("\x1b[0m")
            self._worn = 0
        if self._worn != style:
            out.append(self._all.change(self._worn, style))
            self._worn = style

    def _write_odd(self, text: str, end: int, out: list[str]) -> None:
        """Write wide or joining characters: terminals differ in how many cells they take.

        Where the width is not certain, the cells are blanked first, and the next text is positioned
        again.
        """
        y, x = self._y, self._x
        self._place = None
        self._wear(self._target, out)
        for shown, width, is_certain in graphemes(text):
            self._move(y, x, out)
            if not is_certain:
                out.append(" " * width)
                self._place = (y, x + width)
                self._move(y, x, out)
            out.append(shown)
            x += width
            self._place = (y, x) if is_certain else None
        self._letters[y][self._x : end] = [NOTHING] * (end - self._x)
        self._x = end
        if self._place is None:
            self._restore(end, out)
        self._place = None

    def _restore(self, x: int, out: list[str]) -> None:
        """Rewrite a character which the one before it may overlap."""
        letter = self._letters[self._y][x] if x < self._columns else NOTHING
        if letter and not is_piece(letter):
            self._move(self._y, x, out)
            self._wear(self._styles[self._y][x], out)
            out.append(letter)

    def _move(self, y: int, x: int, out: list[str]) -> None:
        """Move the cursor; after the last column its position is unknown."""
        place = self._place
        if place is None or place[1] >= self._columns or place[0] != y:
            out.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
        elif x > place[1]:
            step = x - place[1]
            out.append("\x1b[C" if step == 1 else f"\x1b[{step}C")
        elif x < place[1]:
            out.append(f"\x1b[{x + 1}G")
        self._place = (y, x)


def _end_of_change(same: list[bool], at: int) -> int:
    """Return where a difference ends, including short unchanged stretches."""
    stop = at
    while at < len(same) and at - stop <= MOST_GAP:
        if not same[at]:
            stop = at + 1
        at += 1
    return stop
