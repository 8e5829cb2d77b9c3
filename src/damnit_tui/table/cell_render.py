"""A cell as pieces of text with roles, exactly as wide as its place; the widget gives colours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len

from ..sanitize import clip, pad
from .cells import IMAGE, RGB, SKIPPED, CellKind, TableCell, readable_on
from .layout import Fit

BELOW_GAP = "▆"
"""A pixel of a picture in one line: what is left above it parts it from the run's before."""
UPPER_HALF = "▀"
"""Two pixels; in the last line only the upper one, so that pictures are parted there too."""


class Piece(NamedTuple):
    """Some text in one style."""

    text: str
    role: str = "text"
    """Which of the widget's styles it takes."""
    bold: bool = False
    foreground: RGB | None = None
    background: RGB | None = None


class BlobPreview(NamedTuple):
    """A blob, drawn."""

    text: str
    """What it says without colours: a curve, a number, or a mark and a size."""
    role: str = "text"
    pixels: tuple[tuple[tuple[RGB, RGB], ...], ...] = ()
    """Of images: the lines, each with the upper and lower colour of its characters."""
    more: tuple[str, ...] = ()
    """The lines of a curve below the first."""
    height: int = 1
    """Lines of the row that it was drawn for."""


_ROLES = {
    CellKind.NOT_COMPUTED: "faint",
    CellKind.COMPUTING: "mark",
    CellKind.SKIPPED: "faint",
    CellKind.NO_SOURCE: "missing",
    CellKind.FAILED: "error",
    CellKind.PICTURE: "faint",
}


def paint_cell(cell: TableCell, fit: Fit, width: int) -> list[Piece]:
    """Place a cell in its column.

    Args:
        cell: What to show.
        fit: How the column's numbers are aligned.
        width: How many characters there are; fewer than the column wants at
            the edge of the screen, where text ends in `…`.
    """
    if cell.kind is CellKind.NUMBER:
        return _number(cell, fit, width)
    text = cell.text
    if cell.kind is CellKind.SKIPPED and cell_len(text) > width:
        text = SKIPPED
    role = _ROLES.get(cell.kind, "text")
    if not fit.is_numeric:
        return _styled([Piece(pad(text, width), role)], cell)
    if len(text) == 1 and width >= fit.width:
        # Marks stand under the last digit before the point.
        text += " " * (fit.fraction + fit.suffix_width)
    return _styled([Piece(pad(text, width, right=True), role)], cell)


def paint_picture(picture: BlobPreview, width: int, *, colours: bool, line: int = 0) -> list[Piece]:
    """Place one line of a drawn blob in its column.

    Args:
        picture: The blob.
        width: How many characters there are.
        colours: Whether there are any; without, images are a mark and their size.
        line: Which line of the row, from the top.
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
    """Give text another role, but not the blanks around it."""
    found = []
    for piece in pieces:
        text = piece.text.strip()
        before, after = piece.text.split(text, 1) if text else (piece.text, "")
        parts = (piece._replace(text=before), piece._replace(text=text, role=role))
        found += [part for part in (*parts, piece._replace(text=after)) if part.text]
    return found


def highlight(pieces: list[Piece], patterns: Iterable[re.Pattern[str]]) -> list[Piece]:
    """Point out what was looked for, as far as it can be seen."""
    for pattern in patterns:
        pieces = [part for piece in pieces for part in _split(piece, pattern)]
    return pieces


def _split(piece: Piece, pattern: re.Pattern[str]) -> list[Piece]:
    if piece.role == "match":
        return [piece]
    found, at = [], 0
    for match in pattern.finditer(piece.text):
        if match[0].strip():
            found += [piece._replace(text=piece.text[at : match.start()]), Piece(match[0], "match")]
            at = match.end()
    return [*found, piece._replace(text=piece.text[at:])]


def image_text(width_px: int, height_px: int) -> str:
    """What an image says where colours cannot be shown."""
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
