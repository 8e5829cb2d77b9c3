"""Requests to the daemon, written into the ledger, and its response as a sentence."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    CancelRequest,
    Ledger,
    PrioritiseRequest,
    Request,
    RequestState,
    RetryRequest,
    TypedRequest,
    answered_jobs,
    ask,
    is_alive,
    load_lease,
    load_request,
)
from damnit_daemon.run_ranges import format_run_ranges

from ..sanitize import visible

ANSWER_S = 4.0
"""A daemon polls for requests twice a second."""
LOOK_S = 0.1
NOBODY = "Noted, but no daemon runs here: it is done when one starts. D, then s starts it."


@dataclass(frozen=True)
class RequestResult:
    """The result of a request."""

    text: str
    is_good: bool = True

    @property
    def severity(self) -> Literal["information", "warning"]:
        """Severity of the notification."""
        return "information" if self.is_good else "warning"


class DaemonClient:
    """Write requests and wait briefly for the response; for workers only."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def ask(self, request: TypedRequest) -> RequestResult:
        """Send a request."""
        try:
            self._ledger.create()
            number = ask(self._ledger, request)
            if not self._has_daemon():
                return RequestResult(NOBODY, is_good=False)
            answer = self._wait(number)
        except DamnitError as error:
            return RequestResult(" ".join(filter(None, [error.message, error.hint])), is_good=False)
        if answer is None:
            return RequestResult(
                "Noted. The daemon has not answered yet; it does it as soon as it can."
            )
        if answer.state is RequestState.REFUSED:
            return RequestResult(
                f"The daemon refused: {visible(str(answer.answer.get('reason', '')))}", False
            )
        jobs = answered_jobs(answer)
        if not jobs:
            return RequestResult(
                "There was nothing to do: no such job waits or runs.", is_good=False
            )
        return RequestResult(
            f"{'Job' if len(jobs) == 1 else 'Jobs'} {format_run_ranges(jobs)}: {_done(request)}."
        )

    def _has_daemon(self) -> bool:
        """Return True if a daemon has claimed the folder and is not known to have ended."""
        with self._ledger.reading() as con:
            lease = load_lease(con)
        return lease is not None and is_alive(lease.holder) is not False

    def _wait(self, number: int) -> Request | None:
        give_up_at = time.monotonic() + ANSWER_S
        while True:
            with self._ledger.reading() as con:
                request = load_request(con, number)
            if request is not None and request.is_over:
                return request
            if time.monotonic() >= give_up_at:
                return None
            time.sleep(LOOK_S)


def _done(request: TypedRequest) -> str:
    """Describe what the request has done to its jobs."""
    match request:
        case CancelRequest():
            return "cancelled"
        case RetryRequest():
            return "queued again"
        case PrioritiseRequest():
            return f"priority {request.priority}"
    return "queued"
