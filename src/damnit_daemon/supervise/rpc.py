"""Client for supervisord (XML-RPC over HTTP)."""

from __future__ import annotations

import http.client
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.parsers.expat import ExpatError

from ..errors import DamnitError
from .address import Address
from .conf_text import PROGRAM

TIMEOUT_S = 5.0

BAD_NAME = 10
"""Supervisor's code for a program that it does not know."""

RUNNING_STATES = frozenset({"STARTING", "RUNNING", "BACKOFF", "STOPPING"})
"""States in which supervisord keeps a program running: it runs, or soon will again."""

ENDED_STATES = frozenset({"BACKOFF", "FATAL", "EXITED", "STOPPED", "UNKNOWN"})
"""States in which the program is not running at the moment."""


class NoAnswer(DamnitError):  # noqa: N818 – house style
    """Nothing responds at the address, or it rejects our credentials."""


@dataclass(frozen=True)
class Program:
    """The daemon's state according to supervisord."""

    state: str
    """Supervisor's term: STARTING, RUNNING, BACKOFF, FATAL, STOPPED …"""
    pid: int
    """0 while it is not running."""
    description: str
    """Supervisor's text: `pid 12, uptime 0:01:00`, `Exited too quickly …`."""

    @property
    def is_kept_running(self) -> bool:
        """True if supervisord keeps it running."""
        return self.state in RUNNING_STATES


class Supervisord:
    """A running supervisord, reached by its address. Each call raises `NoAnswer` if it is gone.

    `supervisorctl` is not used: each call takes a fifth of a second, and its exit codes
    do not distinguish success from failure.
    """

    def __init__(self, address: Address, *, timeout_s: float = TIMEOUT_S) -> None:
        self.address = address
        self._timeout_s = timeout_s

    def load_pid(self) -> int:
        """Return its process id on its host."""
        with self._calling() as remote:
            pid: Any = remote.supervisor.getPID()
            return int(pid)

    def load_program(self) -> Program | None:
        """Return the daemon's state; None if it has no such program."""
        with self._calling() as remote:
            try:
                found: Any = remote.supervisor.getProcessInfo(PROGRAM)
            except xmlrpc.client.Fault as fault:
                if fault.faultCode == BAD_NAME:
                    return None
                raise
            state, pid = str(found["statename"]), int(found["pid"])
            return Program(state, pid, str(found["spawnerr"] or found["description"]))

    def shut_down(self) -> None:
        """Have it end the daemon, and then itself; returns at once."""
        with self._calling() as remote:
            remote.supervisor.shutdown()

    @contextmanager
    def _calling(self) -> Iterator[xmlrpc.client.ServerProxy]:
        address = self.address
        login = f"{quote(address.username, safe='')}:{quote(address.password, safe='')}"
        url = f"http://{login}@{address.host}:{address.port}/RPC2"
        try:
            with xmlrpc.client.ServerProxy(url, transport=_Transport(self._timeout_s)) as remote:
                yield remote
        except xmlrpc.client.ProtocolError as error:
            raise NoAnswer(f"{address.url} denies access: {error.errmsg}.") from error
        except xmlrpc.client.Fault as fault:
            raise NoAnswer(f"{address.url} refused the request: {fault.faultString}.") from fault
        except (OSError, UnicodeError) as error:  # UnicodeError: not a valid host name
            raise NoAnswer(f"{address.url} does not respond: {error}.") from error
        except (
            http.client.HTTPException,
            xmlrpc.client.ResponseError,
            ExpatError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            raise NoAnswer(f"{address.url} is not a supervisord.") from error


class _Transport(xmlrpc.client.Transport):
    def __init__(self, timeout_s: float) -> None:
        super().__init__()
        self._timeout_s = timeout_s

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = super().make_connection(host)
        connection.timeout = self._timeout_s
        return connection
