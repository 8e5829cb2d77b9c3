"""Send requests to the daemon, and wait for responses, through the ledger."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import typer

from ..errors import DamnitError

if TYPE_CHECKING:
    from ..ledger import Lease, Request, TypedRequest
    from ..paths import DamnitFolder

ANSWER_TIMEOUT_S = 3.0
"""How long to wait for a response; the daemon polls for requests twice a second."""

LOOK_EVERY_S = 0.1


def ask(folder: DamnitFolder, request: TypedRequest) -> int:
    """Write a request and return its number.

    Raises:
        LedgerMissing: If no daemon has ever run in the folder.
        StoreError: If the ledger cannot be written.
    """
    from ..ledger import Ledger
    from ..ledger import ask as ask_in

    return ask_in(Ledger(folder.ledger), request)


def wait_for_answer(
    folder: DamnitFolder, request_id: int, *, timeout_s: float = ANSWER_TIMEOUT_S
) -> Request | None:
    """Wait for the response to a request; None on timeout.

    Raises:
        DamnitError: If the daemon refused it; gives the reason.
    """
    from ..ledger import Ledger, RequestState, load_request

    ledger = Ledger(folder.ledger)
    give_up_at = time.monotonic() + timeout_s
    while True:
        with ledger.reading() as con:
            request = load_request(con, request_id)
        if request is not None and request.is_over:
            if request.state is RequestState.REFUSED:
                raise DamnitError(f"The daemon refused: {request.answer.get('reason', '')}")
            return request
        if time.monotonic() >= give_up_at:
            return None
        time.sleep(LOOK_EVERY_S)


def ask_and_wait(folder: DamnitFolder, request: TypedRequest) -> list[int] | None:
    """Send a request and return the jobs in the response; None, with a message, if it is pending.

    Raises:
        DamnitError: If the daemon refused it, or the ledger cannot be written.
    """
    from ..services.daemon_status import working_daemon

    request_id = ask(folder, request)
    lease = working_daemon(folder)
    if lease is None:
        tell(f"noted. {NO_DAEMON} {WHEN_ONE_STARTS}", hint=START_HINT)
        return None
    answered = wait_for_answer(folder, request_id)
    if answered is None:
        tell(f"noted. The daemon, {name_of(lease)}, has not answered yet.", hint="See damnit jobs.")
        return None
    return answered_jobs(answered)


NO_DAEMON = "No daemon works in this folder."
WHEN_ONE_STARTS = "The next one to start does what is noted."
START_HINT = "Start one: damnit-daemon start"


def answered_jobs(request: Request) -> list[int]:
    """Return the unique jobs that a response names."""
    from ..ledger import answered_jobs as jobs_of

    return jobs_of(request)


def name_of(lease: Lease) -> str:
    """Name the process that holds a lease."""
    return f"process {lease.holder.pid} on {lease.holder.host}"


def tell(text: str, *, hint: str = "") -> None:
    """Print a message on stderr, sanitized for the terminal."""
    from ..model.sanitize import show_controls

    typer.echo(show_controls(f"damnit: {text} {hint}".rstrip()), err=True)
