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


def _one_line(text: str) -> str:
    """Return the first line, joined with the next one if it ends in a colon."""
    first, _, rest = text.partition("\n")
    if first.endswith(":"):
        first = f"{first} {rest.partition(chr(10))[0].strip()}".rstrip()
    return " ".join(first.split("\t"))
