"""Write tables to files: atomically, and never over an existing file unless asked to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from ..atomic_write import unfinished_file
from ..errors import DamnitError
from ..user_path import typed_path
from .excel import write_excel
from .formats import Format, checked_format
from .parquet import write_parquet
from .table import ExportTable
from .text import text_parts


class FileTaken(DamnitError):  # noqa: N818 – house style
    """The file exists already."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already.", hint="It was left as it is.")


def format_of(path: Path) -> Format:
    """Return the format for a file name's suffix.

    Raises:
        NoSuchFormat: If the suffix is not known.
    """
    return checked_format(path.suffix.lower().removeprefix("."))


def write_table(
    table: ExportTable,
    path: Path,
    format: Format,
    *,
    overwrite: bool = False,
    formulas: bool = False,
    reloads: bool = False,
) -> None:
    """Write a table to a file atomically: readers never see a partial file.

    Args:
        table: The table to write.
        path: The file to write.
        format: The file format.
        overwrite: Replace an existing file.
        formulas: See `text_parts`.
        reloads: See `text_parts`.

    Raises:
        FileTaken: If the file exists and `overwrite` is not set.
        ExtraMissing: If pyarrow is not installed.
        Cancelled: If the table's `progress` returns False; nothing is written then.
        DamnitError: If the table cannot be read, or the file cannot be written.
    """
    path = typed_path(path)
    if not overwrite and os.path.lexists(path):
        raise FileTaken(path)
    # Follow a symlink and replace its target.
    target = Path(os.path.realpath(path))
    try:
        with unfinished_file(target) as unfinished:
            with unfinished.open("wb") as file:
                _write(table, file, format, formulas=formulas, reloads=reloads)
            if overwrite:
                unfinished.replace(target)
            else:
                _put_in_place(unfinished, target)
    except FileExistsError as error:
        raise FileTaken(path) from error
    except OSError as error:
        raise _unwritable(path, error) from error


def _write(
    table: ExportTable, file: IO[bytes], format: Format, *, formulas: bool, reloads: bool
) -> None:
    if format == "xlsx":
        write_excel(table, file)
    elif format == "parquet":
        write_parquet(table, file)
    else:
        for part in text_parts(table, format, formulas=formulas, reloads=reloads):
            file.write(part.encode("utf-8", "backslashreplace"))


def _put_in_place(unfinished: Path, target: Path) -> None:
    """Rename the finished file unless the name has been taken meanwhile."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        unfinished.rename(target)


def _unwritable(path: Path, error: OSError) -> DamnitError:
    return DamnitError(f"{path} cannot be written: {error.strerror or error}.")
