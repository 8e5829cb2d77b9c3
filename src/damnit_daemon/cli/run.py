"""`damnit-daemon run`: run the daemon in the foreground."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from .folder import FolderOption, chosen_folder

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


class LogLevel(StrEnum):
    """Least severity of messages in the log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _check_format(text: str) -> str:
    """Refuse a format that would fail at each message."""
    import logging

    try:
        logging.Formatter(text).format(logging.LogRecord("", 0, "", 0, "", (), None))
    except (ValueError, TypeError) as error:
        raise typer.BadParameter(f"{error} in {text!r}") from None
    return text


def run(
    context: typer.Context,
    folder: FolderOption = None,
    log_level: Annotated[
        LogLevel,
        typer.Option(
            envvar="DAMNIT_LOG_LEVEL",
            case_sensitive=False,
            help="Least severity of messages in the log.",
        ),
    ] = LogLevel.INFO,
    log_format: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            envvar="DAMNIT_LOG_FORMAT",
            callback=_check_format,
            help="Format of log lines, as for Python's logging.",
        ),
    ] = LOG_FORMAT,
) -> None:
    """Run the daemon in the foreground, until SIGTERM or Ctrl-C."""
    import logging

    from ..services.run_daemon import run_daemon
    from ..supervise.sd_notify import Notifier

    logging.basicConfig(level=log_level.upper(), format=log_format)
    raise typer.Exit(
        run_daemon(chosen_folder(context, folder), notifier=Notifier.from_environment())
    )
