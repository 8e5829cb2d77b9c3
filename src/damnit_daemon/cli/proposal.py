"""`damnit proposal`: show or set the proposal; create the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import DamnitError
from ..paths import DamnitFolder, find_proposal, locate_folder
from .folder import FolderOption, chosen_folder


def proposal(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(min=1, metavar="[N]")] = None,
    context_file: Annotated[
        Path | None, typer.Option("--context", metavar="FILE", help="Copy this context file.")
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Copy context file and user-editable variables of another folder or proposal.",
        ),
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Show the proposal, or set it; makes folder, database and context file if missing."""
    from ..init_folder import create_folder
    from ..services.selection import current_proposal
    from ..store import Database, save_setting

    damnit = chosen_folder(context, folder, may_be_new=number is not None)
    if number is None:
        if context_file or like:
            raise typer.BadParameter("--context and --like need the number of the proposal.")
        typer.echo(current_proposal(damnit))
        return
    source = None if like is None else locate_folder(like)
    created = create_folder(damnit, number, context=context_file, like=source)
    if not created.database and _stored_proposal(damnit) != number:
        with Database(damnit.database).writing() as con:
            save_setting(con, "proposal", number)
    made = [
        name
        for name, is_new in (("database", created.database), ("context.py", created.context_file))
        if is_new
    ]
    typer.echo(
        f"{damnit.path}: proposal {number}" + (f", new {' and '.join(made)}" if made else "")
    )
    _warn_of_missing_proposal(number)


def _stored_proposal(damnit: DamnitFolder) -> int | None:
    """Return the stored proposal number, if any."""
    from ..services.selection import current_proposal

    try:
        return current_proposal(damnit)
    except DamnitError:
        return None


def _warn_of_missing_proposal(number: int) -> None:
    try:
        find_proposal(number)
    except DamnitError as error:
        typer.echo(f"damnit: {error}", err=True)
