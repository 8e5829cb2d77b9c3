"""`damnit-daemon gui`: DAMNIT's name for starting the app."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

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
    arguments = [sys.executable, "-m", "damnit_tui", *filter(None, [chosen])]
    os.execv(sys.executable, arguments)
