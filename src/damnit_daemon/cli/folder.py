"""The option `--in`, which says which DAMNIT folder a command is for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..paths import DamnitFolder, locate_folder

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
    if may_be_new and folder and not folder.isdecimal() and not Path(folder).exists():
        return DamnitFolder(Path(folder).expanduser().absolute())
    return locate_folder(folder)
