"""Broker settings: addresses, topics and the consumer group. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import DamnitError
from ..settings import (
    API_VERSION,
    BROKER,
    SESSION_TIMEOUT,
    TOPICS,
    is_broker_address,
    is_kafka_version,
    is_session_timeout,
    is_topic,
)

BROKER_VARIABLE = "AMORE_BROKER"
"""DAMNIT's environment variable for the broker; `none` disables the broker."""

OFFLINE_TOPICS = ("test.r2d2", "cal.offline-corrections")
ONLINE_TOPICS = ("test.euxfel.hed.daq", "test.euxfel.hed.cal")
ONLINE_HOSTS = "exflonc"
"""Prefix of host names in the online cluster."""

DEFAULT_SESSION_TIMEOUT_S = 10.0
"""How long a killed daemon's successor may have to wait to join the group."""


class InvalidBroker(DamnitError):  # noqa: N818 – house style
    """A setting of the broker is invalid."""


@dataclass(frozen=True)
class BrokerSettings:
    """Settings for consumer and producer."""

    addresses: tuple[str, ...]
    """`host:port` of one or more brokers of a cluster."""
    group: str
    topics: tuple[str, ...] = OFFLINE_TOPICS
    """Topics on which the facility announces new files."""
    update_topic: str | None = None
    """Topic for our updates about stored values; None disables them."""
    api_version: tuple[int, ...] | None = None
    """Version of the broker; None: query it, which brokers before Kafka 0.10 do not answer."""
    session_timeout_s: float = DEFAULT_SESSION_TIMEOUT_S


def broker_settings(
    folder: Path,
    settings: Mapping[str, object],
    environment: Mapping[str, str],
    *,
    hostname: str = "",
) -> BrokerSettings | None:
    """Read the settings of a folder; None if it has no broker.

    Args:
        folder: The DAMNIT folder, as an absolute path: it names the consumer group.
        settings: Settings of the folder.
        environment: `AMORE_BROKER` is used if the folder names no broker, and
            disables the broker with `none`.
        hostname: Name of this machine; the online cluster has topics of its own.

    Raises:
        InvalidBroker: If a setting is invalid.
    """
    from_environment = environment.get(BROKER_VARIABLE, "").strip()
    address = str(settings.get(BROKER) or from_environment).strip()
    if not address or "none" in (address.lower(), from_environment.lower()):
        return None
    db_id = settings.get("db_id")
    return BrokerSettings(
        addresses=parse_addresses(address),
        group=group_name(folder),
        topics=parse_topics(str(settings.get(TOPICS) or "")) or default_topics(hostname),
        update_topic=f"test.damnit.db-{db_id}" if db_id else None,
        api_version=parse_api_version(str(settings.get(API_VERSION) or "")),
        session_timeout_s=parse_session_timeout(settings.get(SESSION_TIMEOUT)),
    )


def group_name(folder: Path) -> str:
    """Name the consumer group of a folder; folders that share a group steal each other's events.

    Raises:
        ValueError: If the path is not absolute.
    """
    if not folder.is_absolute():
        raise ValueError(f"{folder} is not absolute")
    return "xfel-da-damnit-tui-" + str(folder).replace("/", "_")


def default_topics(hostname: str) -> tuple[str, ...]:
    """Return the topics on which the facility announces files to a machine."""
    return ONLINE_TOPICS if hostname.startswith(ONLINE_HOSTS) else OFFLINE_TOPICS


def parse_addresses(text: str) -> tuple[str, ...]:
    """Parse `host:port`, or several separated by commas.

    Raises:
        InvalidBroker: If it has another form.
    """
    addresses = tuple(part.strip() for part in text.split(","))
    for address in addresses:
        if not is_broker_address(address):
            raise InvalidBroker(
                f"{address!r} is not a broker address.", hint="For example: exflwgs06:9091"
            )
    return addresses


def parse_topics(text: str) -> tuple[str, ...]:
    """Parse topics separated by commas or spaces.

    Raises:
        InvalidBroker: If one is not a valid topic.
    """
    topics = tuple(re.split(r"[\s,]+", text.strip())) if text.strip() else ()
    for topic in topics:
        if not is_topic(topic):
            raise InvalidBroker(f"{topic!r} is not a valid topic.", hint="For example: test.r2d2")
    return tuple(dict.fromkeys(topics))


def parse_api_version(text: str) -> tuple[int, ...] | None:
    """Parse `2.3` into (2, 3); None for no text.

    Raises:
        InvalidBroker: If it has another form.
    """
    if not text.strip():
        return None
    if not is_kafka_version(text.strip()):
        raise InvalidBroker(f"{text!r} is not a Kafka version.", hint="For example: 2.3")
    return tuple(int(part) for part in text.strip().split("."))


def parse_session_timeout(value: object) -> float:
    """Parse the session timeout.

    Raises:
        InvalidBroker: If it is not a number of seconds that a broker could accept.
    """
    if value is None or value == "":
        return DEFAULT_SESSION_TIMEOUT_S
    try:
        timeout_s = float(str(value))
    except ValueError:
        timeout_s = 0.0
    if not is_session_timeout(timeout_s):
        raise InvalidBroker(
            f"{SESSION_TIMEOUT} cannot be {value!r}.", hint="Give seconds, for example 10."
        )
    return timeout_s
