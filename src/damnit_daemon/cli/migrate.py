"""`damnit-daemon migrate`: migrate a database of an earlier format of DAMNIT."""

from __future__ import annotations

import typer

from .folder import FolderOption, writable_folder


def migrate(context: typer.Context, folder: FolderOption = None) -> None:
    """Migrate a database of an earlier format, 0 to 3. The old one is kept next to it."""
    from ..store import FORMAT_VERSION

    damnit = writable_folder(context, folder)
    typer.echo(f"{damnit.database} has the current format {FORMAT_VERSION}.")
