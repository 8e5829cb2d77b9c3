"""Wrapped text, with a scroll position and a search."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style

from ..sanitize import clip, visible_lines


class WrappedText:
    """Text wrapped to the width of the screen.

    Attributes:
        lines: The wrapped lines.
        top: Index of the first line on the screen.
    """

    def __init__(self, lines: Iterable[str], width: int, *, wraps: bool = True) -> None:
        self.lines: list[str] = []
        self.top = 0
        self._found = -1
        self._pattern = ""
        for line in lines:
            for shown in visible_lines(line):
                self.lines += _broken(shown, max(1, width)) if wraps else [shown]

    def scroll(self, lines: int, height: int) -> None:
        """Scroll by lines; stops at both ends."""
        self.top = min(max(0, self.top + lines), max(0, len(self.lines) - height))

    def search(self, text: str, step: int, height: int) -> bool:
        """Go to the next line with a match, wrapping around; return True if there is one."""
        if text != self._pattern:
            self._pattern, self._found = text, self.top - 1
        if not text:
            return False
        pattern = text.casefold()
        count = len(self.lines)
        for distance in range(1, count + 1):
            index = (self._found + step * distance) % count
            if pattern in self.lines[index].casefold():
                self._found = index
                self.top = min(max(0, index - height // 3), max(0, count - height))
                return True
        return False

    def row(self, index: int, width: int, plain: Style, found: Style) -> list[Segment]:
        """Render a line, with matches highlighted."""
        if self.top + index >= len(self.lines):
            return []
        line = clip(self.lines[self.top + index], width)
        pattern = self._pattern.casefold()
        folded = line.casefold()
        if not pattern or pattern not in folded or len(folded) != len(line):
            return [Segment(line, plain)]
        segments, start = [], 0
        while (at := folded.find(pattern, start)) >= 0:
            segments += [
                Segment(line[start:at], plain),
                Segment(line[at : at + len(pattern)], found),
            ]
            start = at + len(pattern)
        return [*segments, Segment(line[start:], plain)]


def _broken(line: str, width: int) -> list[str]:
    if cell_len(line) <= width:
        return [line]
    if line.isascii():
        options = {"drop_whitespace": False, "replace_whitespace": False, "expand_tabs": False}
        return textwrap.wrap(line, width, break_on_hyphens=False, **options)  # type: ignore[arg-type]
    return list(chop_cells(line, width))
