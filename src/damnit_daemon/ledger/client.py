"""Client of the daemon, for commands and the app: requests and answers through the ledger.

It works across hosts, with or without a running daemon: a request waits in the ledger.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

from ..errors import DamnitError
from ..runner.author import user_name
from .errors import LedgerMissing
from .lease import Lease, load_lease
from .ledger import Ledger
from .process_id import is_alive
from .request_model import TypedRequest
from .requests import Request, RequestState, add_request, answered_jobs, load_request

ANSWER_TIMEOUT_S = 4.0
"""How long to wait for an answer; the daemon polls for requests twice a second."""

POLL_INTERVAL_S = 0.1


class RequestRefused(DamnitError):  # noqa: N818 – house style
    """Raised when the daemon refused a request; gives its reason."""


@dataclass(frozen=True)
class Response:
    """What became of a request.

    Attributes:
        daemon: The lease of the running daemon; None if none runs.
        jobs: Numbers of the jobs it was carried out for; None if it is not answered yet.
    """

    daemon: Lease | None
    jobs: list[int] | None = None


class LedgerClient:
    """Send requests to the daemon of a folder and wait for answers.

    Args:
        ledger: Ledger of the folder.
        trust_clock: See `running_daemon`.
        timeout_s: How long to wait for an answer.
    """

    def __init__(
        self, ledger: Ledger, *, trust_clock: bool = True, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> None:
        self._ledger = ledger
        self._trust_clock = trust_clock
        self._timeout_s = timeout_s

    def request(self, request: TypedRequest) -> Response:
        """Send a request and wait briefly for its answer.

        Raises:
            LedgerMissing: If there is no ledger: no daemon has ever run here.
            StoreError: If it cannot be written.
            RequestRefused: If the daemon refused it.
        """
        number = self.send(request)
        daemon = self.daemon()
        return Response(daemon, None if daemon is None else self.wait(number))

    def send(self, request: TypedRequest) -> int:
        """Write a request; return its number.

        Raises:
            LedgerMissing: If there is no ledger: no daemon has ever run here.
            StoreError: If it cannot be written.
        """
        with self._ledger.writing() as con:
            return add_request(
                con,
                request.kind,
                request.to_payload(),
                user=user_name(),
                host=socket.gethostname(),
                now=time.time(),
            )

    def wait(self, number: int) -> list[int] | None:
        """Wait for the answer to a request; return its jobs, or None on timeout.

        Raises:
            RequestRefused: If the daemon refused it.
            StoreError: If the ledger cannot be read.
        """
        give_up_at = time.monotonic() + self._timeout_s
        while True:
            request = self._load(number)
            if request is not None and request.is_over:
                if request.state is RequestState.REFUSED:
                    raise RequestRefused(
                        f"The daemon refused the request: {request.answer.get('reason', '')}"
                    )
                return answered_jobs(request)
            if time.monotonic() >= give_up_at:
                return None
            time.sleep(POLL_INTERVAL_S)

    def daemon(self) -> Lease | None:
        """Return the lease of the running daemon; see `running_daemon`."""
        return running_daemon(self._ledger, trust_clock=self._trust_clock)

    def _load(self, number: int) -> Request | None:
        with self._ledger.reading() as con:
            return load_request(con, number)


def running_daemon(ledger: Ledger, *, trust_clock: bool = True) -> Lease | None:
    """Return the lease of the daemon running in a folder, as far as can be determined at once.

    One on this host may hang.

    Args:
        ledger: Ledger of the folder.
        trust_clock: Take a daemon on another host for ended if it did not renew its lease
            for a minute, by our clock; False if clocks may differ.

    Raises:
        StoreError: If the ledger cannot be read.
    """
    try:
        with ledger.reading() as con:
            lease = load_lease(con)
    except LedgerMissing:
        return None
    if lease is None:
        return None
    alive = is_alive(lease.holder)
    if alive is None:
        alive = not trust_clock or not lease.looks_stale(time.time())
    return lease if alive else None
