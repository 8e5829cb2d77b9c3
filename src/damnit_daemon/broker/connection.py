"""Shared by consumer and producer: create and close kafka-python's clients."""

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
"""Limit on the first connection, which blocks."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
"""Between attempts to reach an unavailable broker: its return is noticed after at most this."""

CLOSE_TIMEOUT_S = 2.0


class Backoff:
    """Growing pause after consecutive failures."""

    def __init__(self) -> None:
        self.failures = 0

    def next_pause_s(self) -> float:
        """Count a failure; return how long to wait."""
        pause_s = FIRST_PAUSE_S * 2.0 ** min(self.failures, 30)
        self.failures += 1
        return min(pause_s, LONGEST_PAUSE_S)

    def reset(self) -> None:
        """Count a success."""
        self.failures = 0


def client_options(settings: BrokerSettings) -> dict[str, Any]:
    """Return options of kafka-python common to all clients."""
    return {
        "bootstrap_servers": list(settings.addresses),
        "client_id": f"xfel-da-damnit-tui-{socket.gethostname()}-{os.getpid()}",
        "api_version": settings.api_version,
        "bootstrap_timeout_ms": round(BOOTSTRAP_TIMEOUT_S * 1000),  # since kafka-python 3
        "reconnect_backoff_max_ms": round(LONGEST_PAUSE_S * 1000 / 2),
        "metrics_enabled": False,  # costs time, and is not used
    }


def make_client(kind: type[Any], *arguments: object, **options: object) -> Any:
    """Create one of kafka-python's clients; clean up if that fails.

    It fails if no broker responds, and would leave a thread and sockets behind
    each time, for as long as the broker is unavailable.
    """
    quieten()
    made: list[Any] = []
    make_network = kind.DEFAULT_CONFIG["kafka_client"]

    def make_and_keep(*args: object, **kwargs: object) -> Any:
        network = make_network.__new__(make_network)
        made.append(network)  # kafka-python 2 connects, and fails, in `__init__`
        network.__init__(*args, **kwargs)
        return network

    try:
        known = {key: value for key, value in options.items() if key in kind.DEFAULT_CONFIG}
        return kind(*arguments, kafka_client=make_and_keep, **known)
    except BaseException:
        for network in made:
            close_within(network.close)
        raise


def close_within(close: Callable[[], object], timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
    """Close a kafka-python object, which may hang or raise; return True if it closed in time."""

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
    """Describe an error of kafka-python in one short line."""
    text = " ".join(str(error).split())
    name = type(error).__name__
    return (text if text.startswith(name) else f"{name}: {text}")[:200]


def quieten() -> None:
    """Keep kafka-python from filling the log while a broker is unavailable: we log it once.

    Setting a level for the logger `kafka` shows all of it.
    """
    logger = logging.getLogger("kafka")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL + 1)
