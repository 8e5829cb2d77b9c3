"""Where supervisord listens: the named host, a port that it takes itself, random credentials."""

from __future__ import annotations

import random
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

PORTS = range(61_000, 65_536)
"""Linux gives outgoing connections lower ones, so these are seldom taken."""

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """How to reach a supervisord, and to be let in."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """For people and `supervisorctl`; without the credentials."""
        return f"http://{self.host}:{self.port}"


def new_address(host: str, port: int) -> Address:
    """Make an address with credentials that nobody can guess."""
    return Address(host, port, secrets.token_hex(16), secrets.token_hex(32))


def candidate_ports(chance: random.Random | None = None) -> Iterator[int]:
    """Give ports to try, in random order.

    None is tried out here: only supervisord's own bind decides, so that nobody
    can take the port between a look and its use.
    """
    yield from (chance or random.SystemRandom()).sample(PORTS, len(PORTS))


def this_host() -> str:
    """Name this machine as others reach it; the loopback address if it has no such name."""
    for name in (socket.getfqdn(), socket.gethostname()):
        if name != "localhost" and not name.startswith("localhost.") and _is_ours(name):
            return name
    return LOOPBACK


def _is_ours(name: str) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        try:
            probe.bind((name, 0))
        except OSError:  # unknown, or the address of something else
            return False
    return True
