"""What the terminal shows already, so that only what differs is sent; pure.

Textual repaints whole lines, names every colour again for each piece of text and
resets it behind. On a slow line that is most of what is sent. Here its output is read
as a terminal would read it, compared with what is on the screen, and written anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, permutations
from typing import NamedTuple

from rich.cells import cell_len

from ..graphemes import clusters
from .graphics.placeholders import PARTS, colour_of, is_piece, placeholders, slot_of
from .sgr import Looks, Style

_TOKEN = re.compile(
    r"\x1b\[([0-9;]*)m"  # a look
    r"|\x1b\[(\d*);?(\d*)H"  # a place
    r"|(\x1b\[(?:[<>=?][0-9;]*(?:u|\$p)|\?(?!1049|1047|47[hl])[0-9;]+[hl])"  # how keys are told
    r"|\x1b\](?!8;)[^\x07\x1b]*(?:\x07|\x1b\\))"  # title, clipboard, pointer
    r"|([^\x00-\x1f\x7f]+)"
    r"|(\r?\n)"
)
HOME = "\x1b[1;1H"
MOST_GAP = 3
"""As many unchanged characters are written again rather than jumped over."""
LONG_BLANK = re.compile(r" {12,}")
"""As many blanks are erased rather than written."""
MOST_LOOKS = 20_000
NOTHING = ""
"""In place of a character that is not known."""
MOST_SORTED = 5
"""Of pieces in more looks the order is left as it is: those are pages, not moves of the cursor."""


class _Piece(NamedTuple):
    """Some text to send, in one look."""

    y: int
    x: int
    look: int
    text: str


@lru_cache(maxsize=8192)
def _is_plain(text: str) -> bool:
    """Whether each character takes exactly one cell, and none joins another."""
    return cell_len(text) == len(text) and all(cell_len(letter) == 1 for letter in text)


_Sent = tuple[str, int | None, tuple[int, int] | None]
"""What is sent, and the look and the place after it."""


class ScreenDiff:
    """The characters and looks on a screen of a fixed size.

    Whatever is not understood is passed on as it is, and nothing is taken for known after it.
    """

    def __init__(self, *, erases: bool = False) -> None:
        """Begin without a size.

        Args:
            erases: Whether the terminal erases with the colour behind, as nearly all do.
        """
        self._erases = erases
        self.images: dict[int, int] = {}
        """Slot of pieces → number of the image that the terminal holds for them."""
        self._columns = self._rows = 0
        self._wanted = 0
        self._all = Looks()
        self.forget()

    def resize(self, columns: int, rows: int) -> None:
        """Begin anew with another size; 0 by 0 passes all on as it is."""
        self._columns, self._rows = columns, rows
        self.forget()

    def forget(self) -> None:
        """Take nothing for known: the next painting is sent whole."""
        wanted, self._all = self._all[self._wanted], Looks()
        self._wanted = self._all.number(wanted)
        """The look that the text read next has."""
        self._letters = [[NOTHING] * self._columns for _ in range(self._rows)]
        self._looks = [[0] * self._columns for _ in range(self._rows)]
        self._worn: int | None = None
        """The look that text sent next would have; None: not known."""
        self._place: tuple[int, int] | None = None
        """Where the terminal's cursor is; None: not known."""
        self._x = self._y = 0
        self._is_placed = False
        self._pieces: list[_Piece] = []
        """What differs, and is not sent yet; no two at the same place."""
        self._ends: dict[int, int] = {}
        """Of each line, where the last of them ends."""

    def shorten(self, data: str) -> str:
        """What to send for some of Textual's output."""
        if not self._rows or "\x1b" not in data:
            self._is_placed = False
            return data
        if len(self._all) > MOST_LOOKS:
            self.forget()
        out: list[str] = []
        at = 0
        match = None
        take = self._take
        for match in _TOKEN.finditer(data):
            start, end = match.span()
            if start != at or not take(match, out):
                break
            at = end
        self._send(out)
        if at != len(data):
            return "".join(out) + self._pass_on(data[at:])
        if match is not None and match[2] is not None and match[0] != HOME:
            # Where one types: there the terminal shows what an input method offers.
            self._move(self._y, self._x, out)
        return "".join(out)

    def _take(self, match: re.Match[str], out: list[str]) -> bool:
        """Read a part of the output; tell whether it was understood."""
        kind = match.lastindex
        if kind == 1:
            look = self._all.after(self._wanted, match[1])
            if look is None:
                return False
            self._wanted = look
        elif kind == 5:
            text = match[5]
            if self.images and not text.isascii():
                return all(self._take_part(part, out) for part in PARTS.findall(text))
            return self._take_text(text, out)
        elif kind == 4:
            self._send(out)
            out.append(match[4])
        elif kind == 6:
            self._y, self._x = self._y + 1, 0
        else:
            self._y, self._x = int(match[2] or 1) - 1, int(match[3] or 1) - 1
            self._is_placed = True
        return True

    def _take_text(self, text: str, out: list[str]) -> bool:
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

    def _take_part(self, text: str, out: list[str]) -> bool:
        """Text, or pieces of a picture: which image they are of is told by their colour."""
        image = self.images.get(slot_of(text[0])) if is_piece(text[0]) else None
        if image is None:
            return self._take_text(text, out)
        before = self._wanted
        self._wanted = self._all.number(Style(front=colour_of(image), back=self._all[before].back))
        taken = self._take_text(text, out)
        self._wanted = before
        return taken

    def _pass_on(self, data: str) -> str:
        """Nothing is known any more: all that has been left out is said first."""
        move = f"\x1b[{self._y + 1};{self._x + 1}H" if self._is_placed else ""
        look = "\x1b[0m" + self._all.change(0, self._wanted)
        self.forget()
        return look + move + data

    def _write(self, text: str, end: int, out: list[str]) -> None:
        x, self._x = self._x, end
        letters, looks = self._letters[self._y], self._looks[self._y]
        look, written = self._wanted, list(text)
        wanted = [look] * len(text)
        if " " in text:
            blank = self._all.blank[look]
            wanted = [blank if letter == " " else look for letter in text]
        shown, worn = letters[x:end], looks[x:end]
        if shown == written and worn == wanted:
            return
        same = [
            old == new and was == will
            for old, new, was, will in zip(shown, written, worn, wanted, strict=True)
        ]
        letters[x:end], looks[x:end] = written, wanted
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
                self._pieces.append(_Piece(self._y, x + part.start, look, text[part]))
            at = stop

    def _send(self, out: list[str]) -> None:
        """Send what differs; few pieces in the order in which colours change least."""
        pieces, self._pieces = self._pieces, []
        self._ends.clear()
        looks = dict.fromkeys(piece.look for piece in pieces)
        if not 1 < len(looks) <= MOST_SORTED:
            self._send_in_order(pieces, out)
            return
        worn, place = self._worn, self._place
        best = min(permutations(looks), key=lambda order: self._cost((worn or 0, *order)))
        found: list[_Sent] = []
        for some in (sorted(pieces, key=lambda piece: best.index(piece.look)), pieces):
            self._worn, self._place = worn, place
            sent: list[str] = []
            self._send_in_order(some, sent)
            found.append(("".join(sent), self._worn, self._place))
        shortest, self._worn, self._place = min(found, key=lambda one: len(one[0]))
        out.append(shortest)

    def _cost(self, looks: Sequence[int]) -> int:
        """How many characters it takes to have these looks, one after the other."""
        return sum(len(self._all.change(one, other)) for one, other in pairwise(looks))

    def _send_in_order(self, pieces: list[_Piece], out: list[str]) -> None:
        for y, x, look, text in pieces:
            self._move(y, x, out)
            is_placed = self._print(text, look, out)
            self._place = (y, x + len(text)) if is_placed else None

    def _parts(self, text: str, start: int, end: int) -> list[slice]:
        """A piece of text cut where there are many blanks."""
        if not self._erases or not self._is_erasable(self._wanted):
            return [slice(start, end)]
        cuts = [start, end]
        for blank in LONG_BLANK.finditer(text, start, end):
            cuts += blank.span()
        cuts.sort()
        return [slice(a, b) for a, b in pairwise(cuts) if a < b]

    def _is_erasable(self, look: int) -> bool:
        """Whether nothing but the colour behind is seen of blanks."""
        return not self._all[self._all.blank[look]].words

    def _print(self, text: str, look: int, out: list[str]) -> bool:
        """Write a piece of text; tell whether it is known where the cursor is then."""
        looks = self._all
        if text.isspace():
            blank = looks.blank[look]
            # Whatever is not seen on blanks may stay as it is.
            if self._worn is None or looks.blank[self._worn] != blank:
                self._wear(self._look_of_blank(blank), out)
            if self._erases and LONG_BLANK.fullmatch(text) and self._is_erasable(look):
                # The last one is written: tmux takes a line to end where it was erased last.
                out.append(f"\x1b[{len(text) - 1}X\x1b[{len(text) - 1}C")
                text = " "
        else:
            self._wear(look, out)
        if self.images and is_piece(text[0]) and slot_of(text[0]) in self.images:
            out.append(placeholders(text, self.images))
            return False  # not every terminal agrees how far diacritics go
        out.append(text)
        return True

    def _look_of_blank(self, blank: int) -> int:
        """The look nearest to the present one that blanks can have."""
        look = self._all[blank]
        if self._worn is None or look.words:
            return blank
        return self._all.number(look._replace(front=self._all[self._worn].front))

    def _wear(self, look: int, out: list[str]) -> None:
        if self._worn is None:
            out.append("\x1b[0m")
            self._worn = 0
        if self._worn != look:
            out.append(self._all.change(self._worn, look))
            self._worn = look

    def _write_odd(self, text: str, end: int, out: list[str]) -> None:
        """Wide characters, or such as join: terminals differ in how many cells they take.

        Cells of which that is not certain are blank before, and what follows is placed again.
        """
        y, x = self._y, self._x
        self._place = None
        self._wear(self._wanted, out)
        for shown, width, is_certain in clusters(text):
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
        """Write a character again over which the one before it may reach."""
        letter = self._letters[self._y][x] if x < self._columns else NOTHING
        if letter and not is_piece(letter):
            self._move(self._y, x, out)
            self._wear(self._looks[self._y][x], out)
            out.append(letter)

    def _move(self, y: int, x: int, out: list[str]) -> None:
        """Go there; after the last column nobody knows where one is."""
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
    """Where what differs ends; short stretches that do not differ are taken along."""
    stop = at
    while at < len(same) and at - stop <= MOST_GAP:
        if not same[at]:
            stop = at + 1
        at += 1
    return stop
