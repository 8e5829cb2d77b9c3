"""The option `--in`, which says which DAMNIT folder a command is for."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ..paths import DamnitFolder, locate_folder
from ..user_path import typed_path

FolderOption = Annotated[
    str | None,
    typer.Option(
        "--in",
        metavar="FOLDER",
        help="The DAMNIT folder, or a proposal number. Default: the current directory.",
    ),
]


def remember_folder(context: typer.Context, folder: str | None) -> None:
    """Keep what was given before the command, for the command."""
    context.obj = folder


def chosen_folder(
    context: typer.Context, own: str | None = None, *, may_be_new: bool = False
) -> DamnitFolder:
    """The folder that was asked for.

    Args:
        context: Of the command.
        own: Given after the command; wins.
        may_be_new: Whether a path that does not exist is fine.

    Raises:
        DamnitError: If there is no such folder or proposal.
    """
    folder = own or context.obj
    if may_be_new and folder and not folder.isdecimal():
        path = typed_path(folder)
        if not os.path.lexists(path):
            return DamnitFolder(path)
    return locate_folder(folder)


def writable_folder(context: typer.Context, own: str | None = None) -> DamnitFolder:
    """The folder that was asked for, its database brought up to date, which is told.

    Raises:
        DamnitError: If there is none, or it cannot be brought up to date.
    """
    from ..store import FORMAT_VERSION, Database, migrate

    folder = chosen_folder(context, own)
    if 1 <= Database(folder.database).format_version() < FORMAT_VERSION:
        backup = migrate(folder.database)
        if backup is not None:  # nobody else did it meanwhile
            typer.echo(
                f"damnit: {folder.database.name} was brought to format {FORMAT_VERSION}; "
                f"the old one is kept as {backup.name}",
                err=True,
            )
    return folder
