"""Address of a supervisord: the host's name, a port that it binds itself, random credentials."""

from __future__ import annotations

import random
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

PORTS = range(61_000, 65_536)
"""Linux assigns lower ones to outgoing connections, so these are seldom taken."""

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """Address and credentials of a supervisord."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """URL for users and `supervisorctl`; without the credentials."""
        return f"http://{self.host}:{self.port}"


def new_address(host: str, port: int) -> Address:
    """Return an address with random credentials."""
    return Address(host, port, secrets.token_hex(16), secrets.token_hex(32))


def candidate_ports(chance: random.Random | None = None) -> Iterator[int]:
    """Yield ports to try, in random order.

    None is tested here: supervisord's own bind decides, so that no other process can
    take the port between a test and its use.
    """
    yield from (chance or random.SystemRandom()).sample(PORTS, len(PORTS))


def this_host() -> str:
    """Return this machine's name as other hosts reach it; the loopback address if it has none."""
    for name in (socket.getfqdn(), socket.gethostname()):
        if name != "localhost" and not name.startswith("localhost.") and _is_ours(name):
            return name
    return LOOPBACK


def _is_ours(name: str) -> bool:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        try:
            probe.bind((name, 0))
        except OSError:  # unknown, or the address of another machine
            return False
    return True
