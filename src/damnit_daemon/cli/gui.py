"""`damnit-daemon gui`: DAMNIT's name for starting the app."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ..own_python import module_command, own_environment
from .folder import FolderOption


def gui(
    context: typer.Context,
    place: Annotated[
        str | None, typer.Argument(metavar="[FOLDER]", help="DAMNIT folder or proposal number.")
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Start the app, as `damnit-tui` does."""
    chosen = place or folder or context.obj
    command = module_command("damnit_tui", *filter(None, [chosen]))
    os.execve(command[0], command, own_environment())
