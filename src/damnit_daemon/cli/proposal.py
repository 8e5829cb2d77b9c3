"""`damnit-daemon proposal`: show or set the proposal; create the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import DamnitError
from ..paths import DamnitFolder, find_proposal, locate_folder
from .folder import FolderOption, chosen_folder


def proposal(
    context: typer.Context,
    number: Annotated[
        int | None, typer.Argument(min=1, metavar="[N]", help="Default: show the proposal.")
    ] = None,
    context_file: Annotated[
        Path | None, typer.Option("--context", metavar="FILE", help="Context file to copy.")
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder or proposal to copy the context file and user-editable variables from.",
        ),
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Show or set the proposal. Setting it creates a missing folder, database or context file."""
    from ..init_folder import create_folder
    from ..services.selection import current_proposal
    from ..store import Database, save_setting

    damnit = chosen_folder(context, folder, may_be_new=number is not None)
    if number is None:
        if context_file or like:
            raise typer.BadParameter("--context and --like need a proposal number.")
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
