"""The option `--in`, which selects the DAMNIT folder."""

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
        help="DAMNIT folder or proposal number; default: the current directory.",
    ),
]


def save_recent_folder(context: typer.Context, folder: str | None) -> None:
    """Store the folder given before the command, for use by the command."""
    context.obj = folder


def chosen_folder(
    context: typer.Context, own: str | None = None, *, may_be_new: bool = False
) -> DamnitFolder:
    """Return the selected folder.

    Args:
        context: The command's context.
        own: The option given after the command, which takes precedence.
        may_be_new: Accept a path that does not exist.

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
    """Return the selected folder after migrating its database, which is reported.

    Raises:
        DamnitError: If it does not exist, or cannot be migrated.
    """
    from ..store import FORMAT_VERSION, Database, migrate

    folder = chosen_folder(context, own)
    if Database(folder.database).format_version() < FORMAT_VERSION:
        backup = migrate(folder.database)
        if backup is not None:  # not migrated by another process meanwhile
            typer.echo(
                f"damnit: {folder.database.name} was migrated to format {FORMAT_VERSION}; the "
                f"old one is kept as {backup.name}",
                err=True,
            )
    return folder
