"""Requests to the daemon, written into the ledger, and its response as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    CancelRequest,
    Ledger,
    LedgerClient,
    PrioritiseRequest,
    Response,
    RetryRequest,
    TypedRequest,
)
from damnit_daemon.run_ranges import format_run_ranges

from ..sanitize import visible

NO_DAEMON = "Request saved; no daemon is running here. Press D, then s to start one."


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
        self._client = LedgerClient(ledger, trust_clock=False)

    def ask(self, request: TypedRequest) -> RequestResult:
        """Send a request."""
        try:
            self._ledger.create()
            response = self._client.request(request)
        except DamnitError as error:
            text = " ".join(filter(None, [error.message, error.hint]))
            return RequestResult(visible(text), is_good=False)
        return _describe(response, _done(request))


def _describe(response: Response, done: str) -> RequestResult:
    if response.daemon is None:
        return RequestResult(NO_DAEMON, is_good=False)
    if response.jobs is None:
        return RequestResult(
            "Request saved. The daemon has not answered yet; it will process the request."
        )
    if not response.jobs:
        return RequestResult("No matching queued or running jobs.", is_good=False)
    which = "Job" if len(response.jobs) == 1 else "Jobs"
    return RequestResult(f"{which} {format_run_ranges(response.jobs)}: {done}.")


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
