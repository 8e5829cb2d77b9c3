"""`damnit-daemon start`, `stop` and `restart`: control the daemon through Supervisor."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from ..settings import Trigger
from .folder import FolderOption, chosen_folder, writable_folder

if TYPE_CHECKING:
    from ..paths import DamnitFolder


TriggerOption = Annotated[
    Trigger | None,
    typer.Option(help="How to detect new runs; saved in the settings."),
]
BrokerOption = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Kafka broker, or none; saved in the settings."),
]


def start(
    context: typer.Context,
    trigger: TriggerOption = None,
    broker: BrokerOption = None,
    folder: FolderOption = None,
) -> None:
    """Start the daemon if it is not running; return when it is."""
    _start(writable_folder(context, folder), _parse(trigger, broker))


def stop(context: typer.Context, folder: FolderOption = None) -> None:
    """Stop the daemon and its supervisord, and wait for them."""
    if not _stop(chosen_folder(context, folder)):
        typer.echo("no daemon is running here")


def restart(
    context: typer.Context,
    trigger: TriggerOption = None,
    broker: BrokerOption = None,
    folder: FolderOption = None,
) -> None:
    """Stop the daemon if it is running, and start it."""
    damnit = writable_folder(context, folder)
    settings = _parse(trigger, broker)
    _stop(damnit)
    _start(damnit, settings)


def _start(folder: DamnitFolder, settings: dict[str, str | int | float]) -> None:
    from ..ledger import LeaseHeld
    from ..supervise import DAEMON_LOG, StartFailed
    from ..supervise import start as start_daemon

    _check_broker(folder, settings)
    try:
        lease = start_daemon(folder, prepare=lambda: _save(folder, settings), report=_print_line)
    except LeaseHeld as held:
        if settings:  # the running daemon would not apply them
            raise
        holder = held.lease.holder
        typer.echo(f"the daemon is already running: process {holder.pid} on {holder.host}")
        return
    except StartFailed as error:
        for line in error.log_lines:
            _print_line(f"| {line}")
        raise
    typer.echo(
        f"the daemon is running: process {lease.holder.pid} on {lease.holder.host}, log "
        f"{DAEMON_LOG}"
    )
    warn_of_broker(folder)


def warn_of_broker(folder: DamnitFolder) -> None:
    """Report a broker that does not respond; the daemon keeps trying, and scans directories.

    The daemon itself has only begun to connect, and runs in either case.
    """
    from ..errors import DamnitError
    from ..services.doctor import Grade, check_reachable

    try:
        finding = check_reachable(folder)
    except DamnitError as error:
        _print_line(f"warning: the broker could not be checked: {error}")
        return
    if finding is not None and finding.grade is Grade.WRONG:
        _print_line(f"warning: broker: {finding.text}; {finding.fix}")


def _stop(folder: DamnitFolder) -> bool:
    from ..supervise import stop as stop_daemon

    ended = stop_daemon(folder)
    for what in ended:
        typer.echo(f"stopped {what}")
    return bool(ended)


def _parse(trigger: Trigger | None, broker: str | None) -> dict[str, str | int | float]:
    from ..settings import BROKER, TRIGGER, parse_setting

    options = {TRIGGER: None if trigger is None else trigger.value, BROKER: broker}
    return {key: parse_setting(key, text) for key, text in options.items() if text is not None}


def _save(folder: DamnitFolder, settings: dict[str, str | int | float]) -> None:
    from ..store import Database, save_setting

    if settings:
        with Database(folder.database).writing() as con:
            for key, value in settings.items():
                save_setting(con, key, value)


def _check_broker(folder: DamnitFolder, new: dict[str, str | int | float]) -> None:
    """Check that Kafka has a broker.

    Raises:
        DamnitError: If Kafka is selected and no broker is set.
    """
    from ..errors import DamnitError
    from ..settings import BROKER, TRIGGER
    from ..store import Database, load_settings

    with Database(folder.database).reading() as con:
        settings = load_settings(con) | new
    broker = settings.get(BROKER) or os.environ.get("AMORE_BROKER") or "none"
    if new.get(TRIGGER) in (Trigger.KAFKA, Trigger.BOTH) and str(broker).lower() == "none":
        raise DamnitError("No Kafka broker is set.", hint="Set one with --broker HOST:PORT.")


def _print_line(line: str) -> None:
    from ..model.sanitize import show_controls

    typer.echo(show_controls(f"damnit: {line}"), err=True)
