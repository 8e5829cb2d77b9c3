"""Column layout: how wide each column must be, and which fit on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rich.cells import cell_len

from damnit_daemon.model import Column

from ..sanitize import visible
from .cells import CellKind, TableCell

GAP = "  "
BOUNDARY = " │ "
"""Separates columns of different groups, and the run numbers from the columns."""
PINNED_EDGE = " ┃ "
"""Separates pinned columns from the others."""
DERIVED = "="
"""Precedes the title of a derived column."""
PICTURE_WIDTH = 10
WIDEST_TEXT = 28
WIDEST_TITLE = 26
WIDEST_PREFERRED = 120
"""Spare room is given to texts up to this length."""
LONGEST_TITLE = 1000
"""Characters of a title considered; no screen shows more."""
NARROWEST = 6
LEAST_PART = 12
"""Minimum characters of a longer text clipped by the edge of the screen."""
LEAST_LOOSE = 20
"""Minimum characters left to unpinned columns; pinned columns that need them are unpinned."""


@lru_cache(maxsize=4096)
def split_title(title: str) -> tuple[str, ...]:
    """Split a title at `/`, except in brackets: `Pulse [uJ/p]` is one part."""
    parts, depth = [[]], 0  # type: tuple[list[list[str]], int]
    for letter in visible(title[:LONGEST_TITLE]):
        depth += (letter in "[(") - (letter in "])" and depth > 0)
        if letter == "/" and not depth:
            parts.append([])
        else:
            parts[-1].append(letter)
    return tuple("".join(part).strip() for part in parts)


def untitled_method(title: str, method: str) -> str:
    """Return how an array was reduced to a number, unless the column title names it."""
    return "" if method.removeprefix("nan") in title.casefold() else method


@dataclass
class Fit:
    """The width of the widest cells of a column so far; it only grows.

    This lets columns settle while in view, instead of jumping back and forth.
    """

    column: Column
    whole: int = 0
    """Characters before the decimal point."""
    fraction: int = 0
    """Characters from the decimal point on."""
    text: int = 0
    """Width of cells that are not numbers."""
    words: int = 0
    """Width of the longest cell of plain text."""
    units: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    """Functions that reduced arrays to numbers."""
    preferred: int = 0
    """Width at which nothing is clipped, however long it is."""
    by_hand: int | None = None
    """The width set by the user; None for automatic."""

    def take(self, cell: TableCell, drawn: str = "") -> bool:
        """Make room for a cell; return True if anything changed.

        Args:
            cell: The cell to fit.
            drawn: The text preview of a blob.
        """
        before = self._extent
        if cell.kind is CellKind.NUMBER:
            whole, fraction = cell.number_parts
            self.whole = max(self.whole, len(whole))
            self.fraction = max(self.fraction, len(fraction))
            self.units.add(cell.units)
            self.methods.add(cell.method)
        elif cell.kind is CellKind.TEXT:
            self.words = max(self.words, min(WIDEST_TEXT, cell_len(cell.text)))
            self.text = max(self.text, self.words)
        elif cell.kind is CellKind.PICTURE:
            self.text = max(self.text, PICTURE_WIDTH, min(WIDEST_TEXT, cell_len(drawn)))
        self.preferred = max(self.preferred, min(WIDEST_PREFERRED, cell_len(drawn or cell.text)))
        return before != self._extent

    def widen(self, cell: TableCell) -> bool:
        """Make room for a number of no run; return True if anything changed."""
        before = self._extent
        whole, fraction = cell.number_parts
        self.whole = max(self.whole, len(whole))
        self.fraction = max(self.fraction, len(fraction))
        return before != self._extent

    @property
    def _extent(self) -> tuple[int, ...]:
        sizes = (self.whole, self.fraction, self.text, self.words, self.preferred)
        return (*sizes, len(self.units), len(self.methods))

    @property
    def is_numeric(self) -> bool:
        """True if the column holds numbers, which are right-aligned."""
        return self.whole + self.fraction > 0

    @property
    def shared_units(self) -> str:
        """The units of the whole column, if its numbers agree."""
        return next(iter(self.units)) if len(self.units) == 1 else ""

    @property
    def suffix_width(self) -> int:
        """Room after the numbers for units that differ."""
        if len(self.units) < 2:
            return 0
        return 1 + max(cell_len(units) for units in self.units)

    @property
    def shared_method(self) -> str:
        """The function that reduced all arrays of the column, unless the title names it."""
        method = next(iter(self.methods)) if len(self.methods) == 1 else ""
        return untitled_method(self.column.title, method)

    @property
    def title_parts(self) -> tuple[str, ...]:
        """The title by header level; the last one names the reduction of arrays, and the units."""
        *groups, leaf = split_title(self.column.title)
        if self.column.expression:
            leaf = f"{DERIVED}{leaf}"
        if self.shared_method:
            leaf = f"{leaf} ({self.shared_method})"
        if self.shared_units and not leaf.endswith("]"):
            leaf = f"{leaf} [{self.shared_units}]"
        return (*groups, leaf)

    @property
    def width(self) -> int:
        """Requested width in characters."""
        return self.needed_width if self.by_hand is None else self.by_hand

    @property
    def needed_width(self) -> int:
        """Characters at which nothing is clipped, within reason."""
        title = min(WIDEST_TITLE, cell_len(self.title_parts[-1]))
        number = self.whole + self.fraction + self.suffix_width
        return max(NARROWEST, title, number, self.text)

    @property
    def least_width(self) -> int:
        """Minimum characters at the edge of the screen; numbers are not clipped there."""
        is_prose = not self.is_numeric and self.words >= LEAST_PART
        return min(LEAST_PART, self.width) if is_prose else self.width

    @property
    def clipped(self) -> int:
        """Characters it could use beyond its width; 0 if the user has set that."""
        if self.by_hand is not None:
            return 0
        title = min(WIDEST_PREFERRED, cell_len(self.title_parts[-1]))
        return max(0, title - self.width, self.preferred - self.width)


@dataclass(frozen=True, slots=True)
class ColumnSlot:
    """The position of a column on the screen."""

    index: int
    """Index among all columns."""
    x: int
    """Left edge of its cells; the gap precedes it."""
    width: int
    gap: str


def place_columns(
    fits: Sequence[Fit], first: int, left: int, right: int, pinned: int = 0
) -> list[ColumnSlot]:
    """Place columns side by side until the screen is full; spare room goes to clipped columns.

    Args:
        fits: All columns.
        first: The leftmost column to show after the pinned ones.
        left: Left edge of the first gap.
        right: Right edge of the screen.
        pinned: Number of leading columns that are always shown.
    """
    slots = _placed(fits, first, left, right, pinned)
    return _widened(slots, fits, right - slots[-1].x - slots[-1].width) if slots else slots


def _placed(
    fits: Sequence[Fit], first: int, left: int, right: int, pinned: int
) -> list[ColumnSlot]:
    """Place as many columns as fit, at least one after the pinned ones."""
    slots: list[ColumnSlot] = []
    x = left
    for index in (*range(pinned), *range(max(first, pinned), len(fits))):
        gap = _gap(fits, slots[-1].index, index, pinned) if slots else BOUNDARY
        room = right - x - len(gap)
        width = min(fits[index].width, room)
        least = fits[index].least_width if len(slots) > pinned else 1
        if width < least:
            break
        slots.append(ColumnSlot(index, x + len(gap), width, gap))
        x += len(gap) + width
    return slots


def _widened(slots: list[ColumnSlot], fits: Sequence[Fit], spare: int) -> list[ColumnSlot]:
    """Distribute spare room evenly over clipped columns, from the left."""
    more = dict.fromkeys((slot.index for slot in slots), 0)
    wanting = {slot.index: fits[slot.index].clipped for slot in slots}
    while spare and (open_ones := [index for index in more if more[index] < wanting[index]]):
        share = max(1, spare // len(open_ones))
        for index in open_ones:
            extra = min(share, spare, wanting[index] - more[index])
            more[index], spare = more[index] + extra, spare - extra
    moved, found = 0, []
    for slot in slots:
        found.append(replace(slot, x=slot.x + moved, width=slot.width + more[slot.index]))
        moved += more[slot.index]
    return found


def pins_that_fit(fits: Sequence[Fit], count: int, left: int, right: int) -> int:
    """Return how many columns may stay pinned: a narrow screen needs room to scroll."""
    slots = _placed(fits[:count], 0, left, right - LEAST_LOOSE - len(PINNED_EDGE), count)
    return sum(slot.width == fits[slot.index].width for slot in slots)


def first_to_show(
    fits: Sequence[Fit], target: int, first: int, left: int, right: int, pinned: int = 0
) -> int:
    """Return the first column to show so that `target` is fully visible; scrolls minimally."""
    first = max(first, pinned)
    if target < pinned:
        return first
    if target <= first:
        return target
    while first < target:
        slots = _placed(fits, first, left, right, pinned)
        shown = {slot.index: slot.width for slot in slots}
        if shown.get(target, -1) >= fits[target].width:
            break
        first += 1
    return first


def _gap(fits: Sequence[Fit], before: int, index: int, pinned: int) -> str:
    if before < pinned <= index:
        return PINNED_EDGE
    groups = fits[index].title_parts[:-1], fits[before].title_parts[:-1]
    return BOUNDARY if groups[0][:1] != groups[1][:1] else GAP
