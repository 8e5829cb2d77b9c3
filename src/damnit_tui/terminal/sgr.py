"""Text styles of a terminal, and the shortest sequence from one to another; pure."""

from __future__ import annotations

from typing import NamedTuple

_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 5: "blink", 7: "reverse", 9: "strike"}
_OFF = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline",),
    25: ("blink",),
    27: ("reverse",),
    29: ("strike",),
}
_CODE = {word: code for code, word in _ON.items()}
_NOT = {word: code for code, words in _OFF.items() for word in words}
_SEEN_ON_BLANKS = frozenset({"underline", "reverse", "strike"})


class Style(NamedTuple):
    """The style of a character. Colours are as in SGR: `38;5;1`; empty for the default."""

    words: frozenset[str] = frozenset()
    front: str = ""
    back: str = ""

    @property
    def of_blank(self) -> Style:
        """The part of the style that is visible on a blank."""
        words = self.words & _SEEN_ON_BLANKS
        return Style(words, self.front if words else "", self.back)


PLAIN = Style()


def applied(style: Style, parameters: str) -> Style | None:
    """Return the style after an SGR sequence; None if it has unknown parts."""
    words, front, back = set(style.words), style.front, style.back
    codes = parameters.split(";") if parameters else ["0"]
    at = 0
    while at < len(codes):
        if not codes[at].isdigit() and codes[at]:
            return None
        code = int(codes[at] or 0)
        at += 1
        if code == 0:
            words, front, back = set(), "", ""
        elif code in _ON:
            words.add(_ON[code])
        elif code in _OFF:
            words -= set(_OFF[code])
        elif code in (38, 48):
            length = {"5": 2, "2": 4}.get(codes[at] if at < len(codes) else "")
            if length is None or at + length > len(codes):
                return None
            colour = ";".join([str(code), *codes[at : at + length]])
            at += length
            front, back = (colour, back) if code == 38 else (front, colour)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            front = str(code)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            back = str(code)
        elif code in (39, 49):
            front, back = ("", back) if code == 39 else (front, "")
        else:
            return None
    return Style(frozenset(words), front, back)


def change(old: Style, new: Style) -> str:
    """The shortest sequence that changes one style into another; empty if they are equal."""
    if old == new:
        return ""
    codes: list[str] = []
    lost = old.words - new.words
    off = {_NOT[word] for word in lost}
    codes += [str(code) for code in sorted(off)]
    # 22 ends both bold and dim: the remaining one is set again.
    gone = {word for code in off for word in _OFF[code]}
    codes += [str(_CODE[word]) for word in sorted(new.words) if word not in old.words - gone]
    if old.front != new.front:
        codes.append(new.front or "39")
    if old.back != new.back:
        codes.append(new.back or "49")
    afresh = ["", *(str(_CODE[word]) for word in sorted(new.words)), new.front, new.back]
    short = ";".join(codes)
    whole = ";".join(["", *filter(None, afresh)]) if any(afresh) else ""
    return f"\x1b[{min(short, whole, key=len)}m"


class Styles:
    """Styles by number, the plain one being 0: numbers compare faster than styles."""

    def __init__(self) -> None:
        self._styles: list[Style] = []
        self._numbers: dict[Style, int] = {}
        self.blank: list[int] = []
        """For each style, its style on blanks."""
        self._after: dict[tuple[int, str], int | None] = {}
        self._change: dict[tuple[int, int], str] = {}
        self.number(PLAIN)

    def __len__(self) -> int:
        return len(self._styles)

    def __getitem__(self, number: int) -> Style:
        return self._styles[number]

    def number(self, style: Style) -> int:
        """Return the number of a style; a new one on first use."""
        found = self._numbers.get(style)
        if found is None:
            found = self._numbers[style] = len(self._styles)
            self._styles.append(style)
            self.blank.append(found)
            self.blank[found] = self.number(style.of_blank)
        return found

    def after(self, number: int, parameters: str) -> int | None:
        """Return the style after an SGR sequence; None if it has unknown parts."""
        key = (number, parameters)
        if key not in self._after:
            style = applied(self._styles[number], parameters)
            self._after[key] = None if style is None else self.number(style)
        return self._after[key]

    def change(self, old: int, new: int) -> str:
        """The shortest sequence from one style to another."""
        found = self._change.get((old, new))
        if found is None:
            found = self._change[old, new] = change(self._styles[old], self._styles[new])
        return found
