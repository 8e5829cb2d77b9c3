"""Asking something of the daemon, on whichever host it is: the answer comes back in the ledger."""

from __future__ import annotations

import getpass
import os
import socket
import time
from collections.abc import Mapping
from typing import Any

from .ledger import Ledger
from .requests import RequestKind, add_request


def ask(ledger: Ledger, kind: RequestKind, payload: Mapping[str, Any]) -> int:
    """Write a request; give its number.

    Raises:
        LedgerMissing: If there is no ledger: no daemon ever worked here.
        StoreError: If it cannot be written.
    """
    with ledger.writing() as con:
        host = socket.gethostname()
        return add_request(con, kind, payload, user=user_name(), host=host, now=time.time())


def user_name() -> str:
    """Who asks."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # without a name in this container
        return f"user {os.getuid()}"
