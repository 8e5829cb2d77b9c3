"""Render a cell as text pieces with roles, exactly as wide as its slot; the widget adds colours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len

from ..sanitize import clip, pad
from .cells import COMPUTING, IMAGE, RGB, SKIPPED, CellKind, TableCell, readable_on
from .layout import Fit

BELOW_GAP = "▆"
"""One pixel of a one-line image; the gap above it separates the image from the previous run's."""
UPPER_HALF = "▀"
"""Two pixels; on the last line only the upper one, so that images of adjacent runs stay apart."""


class Piece(NamedTuple):
    """A piece of text in one style."""

    text: str
    role: str = "text"
    """Component style of the widget to apply."""
    bold: bool = False
    is_match: bool = False
    """True for text that a pattern has matched; it is not searched again."""
    foreground: RGB | None = None
    background: RGB | None = None


class BlobPreview(NamedTuple):
    """A rendered blob."""

    text: str
    """Plain-text form: a curve, a number, or a mark and a size."""
    role: str = "text"
    is_curve: bool = False
    pixels: tuple[tuple[tuple[RGB, RGB], ...], ...] = ()
    """Lines of an image, each with the upper and lower colour of its characters."""
    more: tuple[str, ...] = ()
    """Lines of a curve after the first."""
    height: int = 1
    """Lines of the row it was rendered for."""


_ROLES = {
    CellKind.NOT_COMPUTED: "faint",
    CellKind.COMPUTING: "mark",
    CellKind.SKIPPED: "faint",
    CellKind.NO_SOURCE: "missing",
    CellKind.FAILED: "error",
    CellKind.PICTURE: "faint",
}


def paint_cell(cell: TableCell, fit: Fit, width: int) -> list[Piece]:
    """Fit a cell into its column.

    Args:
        cell: The cell to render.
        fit: Alignment of the column's numbers.
        width: Available characters; fewer than the column needs at the edge
            of the screen, where text ends in `…`.
    """
    if cell.kind is CellKind.NUMBER:
        return _number(cell, fit, width)
    text = cell.text
    if cell.kind is CellKind.SKIPPED and cell_len(text) > width:
        text = SKIPPED
    if cell.kind is CellKind.COMPUTING and cell_len(text) > width:
        share = text.removeprefix(f"{COMPUTING} ")
        text = share if len(share) <= width else COMPUTING
    role = _ROLES.get(cell.kind, "text")
    if not fit.is_numeric:
        return _styled([Piece(pad(text, width), role)], cell)
    if len(text) == 1 and width >= fit.width:
        # Align marks with the last digit before the decimal point.
        text += " " * (fit.fraction + fit.suffix_width)
    return _styled([Piece(pad(text, width, right=True), role)], cell)


def paint_picture(picture: BlobPreview, width: int, *, colours: bool, line: int = 0) -> list[Piece]:
    """Fit one line of a rendered blob into its column.

    Args:
        picture: The blob.
        width: Available characters.
        colours: Whether colours are available; without, images are a mark and their size.
        line: Line of the row, from the top.
    """
    if not picture.pixels or not colours:
        text = (picture.text, *picture.more)[line] if line <= len(picture.more) else ""
        return [Piece(pad(text, width), picture.role)]
    if line >= len(picture.pixels):
        return [Piece(" " * width)]
    shown = picture.pixels[line][:width]
    is_last = line == len(picture.pixels) - 1
    if len(picture.pixels) == 1:
        pieces = [Piece(BELOW_GAP, foreground=_mixed(*pair)) for pair in shown]
    else:
        pieces = [
            Piece(UPPER_HALF, foreground=upper, background=None if is_last else lower)
            for upper, lower in shown
        ]
    return [*pieces, Piece(" " * (width - len(shown)))]


def _mixed(one: RGB, other: RGB) -> RGB:
    red, green, blue = ((a + b) // 2 for a, b in zip(one, other, strict=True))
    return red, green, blue


def pointed_out(pieces: list[Piece], role: str) -> list[Piece]:
    """Change the role of text, but not of the blanks around it."""
    found = []
    for piece in pieces:
        text = piece.text.strip()
        before, after = piece.text.split(text, 1) if text else (piece.text, "")
        parts = (piece._replace(text=before), piece._replace(text=text, role=role))
        found += [part for part in (*parts, piece._replace(text=after)) if part.text]
    return found


def highlight(pieces: list[Piece], patterns: Iterable[re.Pattern[str]]) -> list[Piece]:
    """Highlight the visible matches of the patterns."""
    for pattern in patterns:
        pieces = [part for piece in pieces for part in _split(piece, pattern)]
    return pieces


def _split(piece: Piece, pattern: re.Pattern[str]) -> list[Piece]:
    if piece.is_match:
        return [piece]
    found, at = [], 0
    for match in pattern.finditer(piece.text):
        if match[0].strip():
            before = piece._replace(text=piece.text[at : match.start()])
            found += [before, Piece(match[0], "match", is_match=True)]
            at = match.end()
    return [*found, piece._replace(text=piece.text[at:])]


def image_text(width_px: int, height_px: int) -> str:
    """Text for an image where colours cannot be shown."""
    return f"{IMAGE} {width_px}×{height_px}"


def _number(cell: TableCell, fit: Fit, width: int) -> list[Piece]:
    whole, fraction = cell.number_parts
    text = whole.rjust(fit.whole) + fraction.ljust(fit.fraction)
    suffix = ""
    if fit.suffix_width:
        suffix = f" {cell.units}" if cell.units else ""
        suffix = pad(suffix, fit.suffix_width)
    if cell_len(text + suffix) > width:
        return _styled([Piece(pad(clip(cell.text, width), width, right=True))], cell)
    blank = " " * (width - cell_len(text + suffix))
    return _styled(
        [Piece(blank + text), Piece(suffix, "units")] if suffix else [Piece(blank + text)], cell
    )


def _styled(pieces: list[Piece], cell: TableCell) -> list[Piece]:
    foreground = readable_on(cell.background) if cell.background else None
    return [
        p._replace(bold=cell.bold, foreground=foreground, background=cell.background)
        for p in pieces
    ]
