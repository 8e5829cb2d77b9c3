"""`damnit export`: the run table as text."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .folder import FolderOption, chosen_folder


class Format(StrEnum):
    """The formats of `export_table`."""

    MD = "md"
    CSV = "csv"
    JSON = "json"


def export(
    context: typer.Context,
    format: Annotated[
        Format | None, typer.Option(help="Default: from the name of the file, else md.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout.")
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Write the run table as Markdown, CSV or JSON."""
    from ..export import export_table
    from ..store import Database

    damnit = chosen_folder(context, folder)
    text = export_table(Database(damnit.database), format=(format or _format_of(output)).value)
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write(output, text)


def _format_of(output: Path | None) -> Format:
    suffix = "md" if output is None else output.suffix.lower().removeprefix(".")
    if suffix not in list(Format):
        raise typer.BadParameter(f"{output}: give a --format, or a name in {', '.join(Format)}.")
    return Format(suffix)


def _write(path: Path, text: str) -> None:
    """Replace the file at once: nobody reads half a table."""
    from ..errors import DamnitError

    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DamnitError(f"{path} cannot be written: {error.strerror}.") from error
