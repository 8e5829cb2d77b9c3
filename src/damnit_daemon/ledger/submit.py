"""Send requests to the daemon, across hosts: the answer comes back in the ledger."""

from __future__ import annotations

import getpass
import os
import socket
import time

from .ledger import Ledger
from .request_model import TypedRequest
from .requests import add_request


def ask(ledger: Ledger, request: TypedRequest) -> int:
    """Write a request; return its number.

    Raises:
        LedgerMissing: If there is no ledger: no daemon has ever run here.
        StoreError: If it cannot be written.
    """
    with ledger.writing() as con:
        return add_request(
            con,
            request.kind,
            request.to_payload(),
            user=user_name(),
            host=socket.gethostname(),
            now=time.time(),
        )


def user_name() -> str:
    """Return the name of the current user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no user name in this container
        return f"user {os.getuid()}"
