"""Addresses that a broker advertises to its clients."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from ..errors import DamnitError
from .connection import client_options, close_within, describe, make_client
from .settings import BrokerSettings

TIMEOUT_S = 10.0


def load_advertised(settings: BrokerSettings, *, timeout_s: float = TIMEOUT_S) -> list[str]:
    """Ask a broker for the addresses of its cluster, as `host:port`.

    Raises:
        DamnitError: If it does not respond in time, or not with the Kafka protocol.
    """
    found: list[str] = []
    failed: list[str] = []

    def ask() -> None:
        from kafka import KafkaConsumer

        client: Any = None
        try:
            client = make_client(KafkaConsumer, **client_options(settings), group_id=None)
            cluster = client._client.cluster
            found.extend(f"{each.host}:{each.port}" for each in cluster.brokers())
        except Exception as error:  # noqa: BLE001 – kafka-python leaks unexpected exceptions
            failed.append(describe(error))
        finally:
            if client is not None:
                close_within(client.close)

    thread = threading.Thread(target=ask, name="broker addresses", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if found:
        return sorted(set(found))
    with suppress(IndexError):
        raise DamnitError(failed[0])
    raise DamnitError(f"no answer within {timeout_s:.0f} s")
