"""`damnit new-id`: give a copied folder its own identity."""

from __future__ import annotations

import typer

from .folder import FolderOption, chosen_folder


def new_id(context: typer.Context, folder: FolderOption = None) -> None:
    """Give a copied folder an identity of its own: update topic, filters, marks, drafts."""
    from ..store.identity import give_new_identity

    damnit = chosen_folder(context, folder)
    typer.echo(f"{damnit.path} is now {give_new_identity(damnit)}.")
    typer.echo("Restart its daemon, if one works: damnit-daemon restart")
