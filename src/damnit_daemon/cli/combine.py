"""`damnit combine`: merge the fragments that wait."""

from __future__ import annotations

import typer

from .folder import FolderOption, writable_folder


def combine(context: typer.Context, folder: FolderOption = None) -> None:
    """Merge waiting fragments into the results files and the database."""
    from ..combine import combine_folder
    from ..export import show_controls

    report = combine_folder(writable_folder(context, folder))
    lines = [f"set aside {path.name}: {reason}" for path, reason in report.broken]
    lines += [f"{key}: {name} is not stored: {reason}" for key, name, reason in report.rejected]
    lines += [f"{key} has to wait: {error}" for key, error in report.postponed]
    for line in lines:
        typer.echo(show_controls(f"damnit: {line}"), err=True)
    count = len(report.combined)
    typer.echo(f"{count} run{'' if count == 1 else 's'} combined")
    if lines:
        raise typer.Exit(1)
