"""`damnit combine`: merge the fragments that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ..errors import DamnitError
from .folder import FolderOption, writable_folder

if TYPE_CHECKING:
    from ..paths import DamnitFolder


def combine(context: typer.Context, folder: FolderOption = None) -> None:
    """Merge waiting fragments into the results files and the database."""
    from ..combine import combine_folder
    from ..model.texts import show_controls

    damnit = writable_folder(context, folder)
    _require_no_daemon(damnit)
    report = combine_folder(damnit)
    lines = [f"set aside {path.name}: {reason}" for path, reason in report.broken]
    lines += [f"{key}: {name} is not stored: {reason}" for key, name, reason in report.rejected]
    lines += [f"{key} has to wait: {error}" for key, error in report.postponed]
    for line in lines:
        typer.echo(show_controls(f"damnit: {line}"), err=True)
    count = len(report.combined)
    typer.echo(f"{count} run{'' if count == 1 else 's'} combined")
    if lines:
        raise typer.Exit(1)


def _require_no_daemon(folder: DamnitFolder) -> None:
    """Leave the combining to the daemon where one works.

    Raises:
        DamnitError: If one does; says which.
    """
    from ..ledger import LeaseHeld
    from ..services.at_work import working_daemon

    lease = working_daemon(folder)
    if lease is not None:
        raise DamnitError(LeaseHeld(lease).message, hint="It combines what waits by itself.")
