"""Requests of the commands to the daemon, and what they print about the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..ledger import Lease, TypedRequest
    from ..paths import DamnitFolder

NO_DAEMON = "No daemon is running in this folder."
WHEN_ONE_STARTS = "The next one will handle the request."
START_HINT = "Start one: damnit-daemon start"


def ask_and_wait(folder: DamnitFolder, request: TypedRequest) -> list[int] | None:
    """Send a request and return the jobs in the response; None, with a message, if it is pending.

    Raises:
        DamnitError: If the daemon refused it, or the ledger cannot be written.
    """
    from ..ledger import Ledger, LedgerClient

    response = LedgerClient(Ledger(folder.ledger)).request(request)
    if response.daemon is None:
        print_message(f"recorded. {NO_DAEMON} {WHEN_ONE_STARTS}", hint=START_HINT)
    elif response.jobs is None:
        print_message(unanswered("recorded.", response.daemon), hint="See damnit-daemon jobs.")
    return response.jobs


def unanswered(message: str, lease: Lease) -> str:
    """Say that the daemon has not answered yet."""
    return f"{message} The daemon ({name_of(lease)}) has not responded yet."


def name_of(lease: Lease) -> str:
    """Name the process that holds a lease."""
    return f"process {lease.holder.pid} on {lease.holder.host}"


def print_message(text: str, *, hint: str = "") -> None:
    """Print a message on stderr, sanitized for the terminal."""
    from ..model.sanitize import show_controls

    typer.echo(show_controls(f"damnit: {text} {hint}".rstrip()), err=True)
