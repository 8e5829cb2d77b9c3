"""`damnit-daemon new-id`: give a copied folder its own identity."""

from __future__ import annotations

import typer

from .folder import FolderOption, chosen_folder


def new_id(context: typer.Context, folder: FolderOption = None) -> None:
    """Give a copied folder its own identity. It covers update topic, filters, marks and drafts."""
    from ..store.identity import give_new_identity

    damnit = chosen_folder(context, folder)
    typer.echo(f"{damnit.path} is now {give_new_identity(damnit)}.")
    typer.echo("If a daemon is running, restart it: damnit-daemon restart")
