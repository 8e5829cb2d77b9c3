"""`damnit-daemon combine`: merge pending fragments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import DamnitError
from ..text import count_of
from .folder import FolderOption, writable_folder

if TYPE_CHECKING:
    from ..paths import DamnitFolder


def combine(context: typer.Context, folder: FolderOption = None) -> None:
    """Merge pending fragments into results files and database."""
    from ..model.sanitize import show_controls
    from ..services.combiner import Combiner

    damnit = writable_folder(context, folder)
    _require_no_daemon(damnit)
    combiner = Combiner(damnit)
    try:
        combined = combiner.sweep()
    finally:
        combiner.close()
    lines = [f"set aside {Path(path).name}: {reason}" for path, reason in combined.broken]
    lines += combined.notes
    lines += [f"postponed: {reason}" for reason in combined.postponed]
    for line in lines:
        typer.echo(show_controls(f"damnit: {line}"), err=True)
    count = combined.runs
    typer.echo(f"{count_of(count, 'run')} combined")
    if lines:
        raise typer.Exit(1)


def _require_no_daemon(folder: DamnitFolder) -> None:
    """Leave combining to a running daemon.

    Raises:
        DamnitError: If a daemon is running; names it.
    """
    from ..ledger import LeaseHeld, Ledger, running_daemon

    lease = running_daemon(Ledger(folder.ledger))
    if lease is not None:
        raise DamnitError(
            LeaseHeld(lease).message, hint="It combines pending fragments automatically."
        )
