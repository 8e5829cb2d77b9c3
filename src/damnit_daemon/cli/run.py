"""`damnit-daemon run`: run the daemon in the foreground."""

from __future__ import annotations

import typer

from .folder import FolderOption, chosen_folder

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


def run(context: typer.Context, folder: FolderOption = None) -> None:
    """Run the daemon in the foreground, until SIGTERM or Ctrl-C."""
    import logging

    from ..services.run_daemon import run_daemon
    from ..supervise.sd_notify import Notifier

    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    raise typer.Exit(
        run_daemon(chosen_folder(context, folder), notifier=Notifier.from_environment())
    )
