"""`damnit-daemon export`: write the run table as text or to a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from . import completion
from .folder import FolderOption, chosen_folder


class Format(StrEnum):
    """The formats of `write_table`."""

    MD = "md"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"
    XLSX = "xlsx"
    PARQUET = "parquet"


def export(
    context: typer.Context,
    format: Annotated[
        Format | None, typer.Option(help="Default: by the file extension, or md.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="File to write; default: stdout."),
    ] = None,
    filter: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Only matching runs, such as 'xgm > 500 sample ~ dark'."),
    ] = "",
    sort: Annotated[
        str,
        typer.Option(
            metavar="COLUMNS",
            autocompletion=completion.columns,
            help="Sort by columns, such as xgm,-run; - for descending.",
        ),
    ] = "",
    columns: Annotated[
        str,
        typer.Option(
            metavar="COLUMNS",
            autocompletion=completion.columns,
            help="Only these columns, in this order, such as comment,xgm.",
        ),
    ] = "",
    derive: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EXPRESSION as NAME",
            help="A further column, such as 'hits / pulses as rate [1/pulse]'; may be repeated.",
        ),
    ] = None,
    formulas: Annotated[
        bool,
        typer.Option(
            "--formulas",
            help="CSV and TSV: keep text that begins with = + - @ unchanged. Spreadsheets "
            "evaluate it, so by default it is prefixed with an apostrophe.",
        ),
    ] = False,
    follow: Annotated[
        bool,
        typer.Option(
            "-f",
            "--follow",
            help="Replace the file whenever the table changes, until Ctrl-C: for colleagues "
            "without access to the folder.",
        ),
    ] = False,
    folder: FolderOption = None,
) -> None:
    """Export the run table, or part of it.

    Formats: Markdown, CSV, TSV, JSON, JSON Lines, HTML, Excel, Parquet.
    """
    from ..export import (
        TableSelection,
        as_text_format,
        checked_format,
        load_table,
        text_parts,
        write_table,
    )
    from ..model.sanitize import for_stdout
    from ..store import Database
    from .daemon_request import print_message

    damnit = chosen_folder(context, folder)
    chosen_format = checked_format((format or _format_of(output)).value)
    database = Database(damnit.database)
    choice = TableSelection(filter, sort, columns, derive=derive or ())
    if follow:
        if output is None:
            raise typer.BadParameter(
                "--follow needs a file: give one with --output. To print new runs as lines: "
                "damnit-tui FOLDER --print csv --follow"
            )
        from ..export.follow import follow_table

        print_message(f"writing {output} after each change; Ctrl-C ends it.")
        options = {"overwrite": True, "formulas": formulas, "reloads": True}
        try:
            follow_table(
                database,
                lambda: write_table(load_table(database, choice), output, chosen_format, **options),
                lambda problem: print_message(
                    f"{problem} The file stays as it is meanwhile."
                    if problem
                    else "the file is written again."
                ),
            )
        except KeyboardInterrupt:
            raise typer.Exit from None
    table = load_table(database, choice)
    if why := table.why_empty():
        print_message(why)
    if output is not None:
        write_table(table, output, chosen_format, overwrite=True, formulas=formulas)
        return
    if (text_format := as_text_format(chosen_format)) is None:
        raise typer.BadParameter(
            f"{chosen_format} is not a text format: give a file with --output."
        )
    for part in text_parts(table, text_format, formulas=formulas):
        typer.echo(for_stdout(part), nl=False)


def _format_of(output: Path | None) -> Format:
    suffix = "md" if output is None else output.suffix.lower().removeprefix(".")
    if suffix not in list(Format):
        raise typer.BadParameter(
            f"{output}: unknown format. Give --format, or the extension {', '.join(Format)}."
        )
    return Format(suffix)
