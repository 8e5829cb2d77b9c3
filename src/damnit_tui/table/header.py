"""The table header: one line per title level, with groups spanning their columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from ..sanitize import clip, pad
from .cell_render import Piece
from .layout import PINNED_EDGE, ColumnSlot, Fit

_CROSSED = str.maketrans(" │┃", "─┼╂")

GOES_ON = "▸"
"""At the right end of the header rule: there are more columns to the right."""
DEEPEST = 3
"""Maximum number of header lines; deeper titles keep their `/` in the last one."""


def count_levels(fits: Sequence[Fit]) -> int:
    """Return the number of header lines the titles need."""
    return max((min(DEEPEST, len(fit.title_parts)) for fit in fits), default=1)


def paint_header(
    fits: Sequence[Fit], slots: Sequence[ColumnSlot], levels: int, frozen: str, cursor: int | None
) -> list[list[Piece]]:
    """Paint the header lines, from the outermost group down to the titles.

    Args:
        fits: All columns.
        slots: The columns on the screen.
        levels: Lines to paint.
        frozen: The title over the run numbers, padded to their width.
        cursor: The column to highlight.
    """
    lines = [_groups(fits, slots, level, levels, len(frozen)) for level in range(levels - 1)]
    leaf = [Piece(frozen, "column")]
    for slot in slots:
        fit = fits[slot.index]
        text = pad(_parts(fit, levels)[-1], slot.width, right=fit.is_numeric)
        role = "column-cursor" if slot.index == cursor else "column"
        leaf += [Piece(slot.gap, "rule"), Piece(text, role)]
    return [*lines, leaf]


def rule(slots: Sequence[ColumnSlot], frozen: int, width: int, *, goes_on: bool = False) -> str:
    """Return the line under the header, crossed where columns are separated.

    Args:
        slots: The columns on the screen.
        frozen: Width of the run numbers, in characters.
        width: Width of the whole line.
        goes_on: Whether there are more columns to the right.
    """
    text = "─" * frozen
    for slot in slots:
        text += slot.gap.translate(_CROSSED) + "─" * slot.width
    text = text.ljust(width, "─")
    return f"{text[:-1]}{GOES_ON}" if goes_on and text else text


def _parts(fit: Fit, levels: int) -> tuple[str, ...]:
    """Split a title into at most as many parts as there are lines, the last one lowest."""
    parts = fit.title_parts
    return (*parts[: levels - 1], "/".join(parts[levels - 1 :])) if len(parts) > levels else parts


def _group(fit: Fit, level: int, levels: int) -> tuple[str, ...]:
    """Return the path of groups down to a level; empty where the title has none."""
    parts = _parts(fit, levels)
    return parts[: level + 1] if level < len(parts) - 1 else ()


def _groups(
    fits: Sequence[Fit], slots: Sequence[ColumnSlot], level: int, levels: int, frozen: int
) -> list[Piece]:
    pieces = [Piece(" " * frozen)]
    start = 0
    while start < len(slots):
        group = _group(fits[slots[start].index], level, levels)
        end = start + 1
        while (
            end < len(slots)
            and group
            and slots[end].gap != PINNED_EDGE
            and _group(fits[slots[end].index], level, levels) == group
        ):
            end += 1
        width = slots[end - 1].x + slots[end - 1].width - slots[start].x
        pieces.append(Piece(slots[start].gap, "rule"))
        pieces += _band(group[-1] if group else "", width)
        start = end
    return pieces


def _band(name: str, width: int) -> list[Piece]:
    """Return a group's name, and a line over the rest of the group."""
    if not name:
        return [Piece(" " * width)]
    shown = clip(name, width)
    line = "─" * (width - cell_len(shown) - 1)
    return [Piece(shown, "group"), Piece(f" {line}"[: width - cell_len(shown)], "rule")]
