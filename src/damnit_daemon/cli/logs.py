"""`damnit-daemon logs`: show the daemon's log."""

from __future__ import annotations

from typing import Annotated

import typer

from .folder import FolderOption, chosen_folder


def logs(
    context: typer.Context,
    follow: Annotated[
        bool, typer.Option("-f", "--follow", help="Follow the log until Ctrl-C.")
    ] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", min=0, help="Number of lines.")] = 50,
    folder: FolderOption = None,
) -> None:
    """Show the end of the daemon's log."""
    from ..errors import DamnitError
    from ..model.sanitize import show_controls
    from ..supervise import DAEMON_LOG, follow_log, last_lines

    log = chosen_folder(context, folder).path / DAEMON_LOG
    if not follow and not log.exists():
        raise DamnitError(
            f"There is no log {log}: no daemon has been started in this folder.",
            hint="Start one: damnit-daemon start",
        )
    try:
        for line in follow_log(log, lines=lines) if follow else last_lines(log, lines):
            typer.echo(show_controls(line))
    except OSError as error:
        raise DamnitError(f"{log} cannot be read: {error.strerror}.") from error
    except KeyboardInterrupt:
        raise typer.Exit from None
