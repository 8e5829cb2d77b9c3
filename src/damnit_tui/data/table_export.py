"""Export part of the run table as text or as a file.

For workers: it reads the database.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.model import RunKey
from damnit_daemon.store import Database

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition
    from damnit_daemon.export import TableSelection

FORMATS = ("csv", "tsv", "md", "json", "jsonl", "html", "xlsx", "parquet")
"""In the order they are offered; the same as in `damnit_daemon.export`."""
TEXTS = FORMATS[:6]
TIMEOUT_S = 30.0

Progress = Callable[[int, int], bool]


class TableSlice(NamedTuple):
    """The runs and variables to export, in order."""

    keys: tuple[RunKey, ...]
    names: tuple[str, ...] | None = None
    """None for all."""
    derive: tuple[Definition, ...] = ()
    """Definitions of derived columns."""


def as_text(database: Path, part: TableSlice, format_name: str, progress: Progress) -> str:
    """Return part of the table as text.

    Raises:
        Cancelled: If `progress` requests it.
        DamnitError: If it cannot be read, or the format is not text.
    """
    from damnit_daemon.export import as_text_format, load_table, render_text
    from damnit_daemon.export.formats import NoSuchFormat

    if (known := as_text_format(format_name)) is None:
        raise NoSuchFormat(format_name)
    table = load_table(_database(database), _choice(part), progress=progress)
    return render_text(table, known)


def to_file(
    database: Path,
    part: TableSlice,
    format_name: str,
    target: Path,
    progress: Progress,
    *,
    overwrite: bool,
) -> bool:
    """Write part of the table to a file; return False if it was cancelled.

    Raises:
        FileTaken: If the file exists and may not be replaced.
        DamnitError: If it cannot be read or written.
    """
    from damnit_daemon.export import Cancelled, checked_format, load_table, write_table

    table = load_table(_database(database), _choice(part), progress=progress)
    try:
        write_table(table, target, checked_format(format_name), overwrite=overwrite)
    except Cancelled:
        return False
    return True


def _choice(part: TableSlice) -> TableSelection:
    from damnit_daemon.export import TableSelection

    return TableSelection(keys=part.keys, names=part.names, derive=part.derive)


def _database(path: Path) -> Database:
    return Database(path, timeout_s=TIMEOUT_S)
