"""Format tables and durations as plain text."""

from __future__ import annotations

from collections.abc import Sequence

GAP = "  "


def format_table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Align columns; cells are sanitized for the terminal and limited to one line.

    Args:
        rows: The rows, header first.
        right: Indices of right-aligned columns.
    """
    from ..model.sanitize import show_controls

    cells = [[show_controls(_one_line(cell)) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        GAP.join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def format_duration(duration_s: float) -> str:
    """Format a duration in at most two units: `0.42 s`, `3 min 5 s`, `2 d 4 h`."""
    if duration_s < 10:
        return f"{duration_s:.2f} s"
    seconds = round(duration_s)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h"


def _one_line(text: str) -> str:
    """Return the first line, joined with the next one if it ends in a colon."""
    first, _, rest = text.partition("\n")
    if first.endswith(":"):
        first = f"{first} {rest.partition(chr(10))[0].strip()}".rstrip()
    return " ".join(first.split("\t"))
