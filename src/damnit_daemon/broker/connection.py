"""What consumer and producer share: making kafka-python's clients and letting go of them."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from .settings import BrokerSettings

log = logging.getLogger(__name__)

BOOTSTRAP_TIMEOUT_S = 5.0
"""How long the first contact may take, which blocks."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
"""Between attempts to reach a broker that is away: its return is noticed after at most this."""

CLOSE_TIMEOUT_S = 2.0


class Backoff:
    """How long to leave a broker alone after failures in a row."""

    def __init__(self) -> None:
        self.failures = 0

    def next_pause_s(self) -> float:
        """Count a failure; tell how long to wait."""
        pause_s = FIRST_PAUSE_S * 2.0 ** min(self.failures, 30)
        self.failures += 1
        return min(pause_s, LONGEST_PAUSE_S)

    def reset(self) -> None:
        """Count a success."""
        self.failures = 0


def client_options(settings: BrokerSettings) -> dict[str, Any]:
    """Options of kafka-python that hold for all clients."""
    return {
        "bootstrap_servers": list(settings.addresses),
        "client_id": f"xfel-da-damnit-tui-{socket.gethostname()}-{os.getpid()}",
        "api_version": settings.api_version,
        "bootstrap_timeout_ms": round(BOOTSTRAP_TIMEOUT_S * 1000),
        "reconnect_backoff_max_ms": round(LONGEST_PAUSE_S * 1000 / 2),
        "metrics_enabled": False,  # costs time, and nobody looks
    }


def make_client(kind: type[Any], *arguments: object, **options: object) -> Any:
    """Make one of kafka-python's clients; what it began is ended if it fails.

    It fails if no broker answers, and would leave a thread and sockets behind
    each time, for as long as the broker is away.
    """
    quieten()
    made: list[Any] = []
    make_network = kind.DEFAULT_CONFIG["kafka_client"]

    def make_and_keep(*args: object, **kwargs: object) -> Any:
        made.append(make_network(*args, **kwargs))
        return made[-1]

    try:
        return kind(*arguments, kafka_client=make_and_keep, **options)
    except BaseException:
        for network in made:
            close_within(network.close)
        raise


def close_within(close: Callable[[], object], timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
    """Close something of kafka-python's, which may hang or raise; whether it was done in time."""

    def attempt() -> None:
        try:
            close()
        except Exception as error:  # noqa: BLE001 – kafka-python on a broken connection
            log.debug("while closing: %s", describe(error))

    thread = threading.Thread(target=attempt, name="broker-close", daemon=True)
    thread.start()
    thread.join(timeout_s)
    return not thread.is_alive()


def describe(error: BaseException) -> str:
    """An error of kafka-python's in one short line."""
    text = " ".join(str(error).split())
    name = type(error).__name__
    return (text if text.startswith(name) else f"{name}: {text}")[:200]


def quieten() -> None:
    """Keep kafka-python from filling the log while a broker is away: we say it once ourselves.

    Who sets a level for the logger `kafka` sees all.
    """
    logger = logging.getLogger("kafka")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL + 1)
