"""The door to Kafka: what the facility announces, and what we tell others."""

from .advertised import load_advertised
from .consumer import Consumer
from .messages import (
    Ignored,
    Malformed,
    ProcessingFinished,
    ProcessingStateSet,
    ProcessingStatus,
    RunValuesUpdated,
    Update,
    VariableSet,
    encode_update,
    parse_arrival,
)
from .producer import Producer
from .record import Record
from .settings import (
    BROKER_VARIABLE,
    BrokerSettings,
    InvalidBroker,
    broker_settings,
    group_name,
)
from .sieve import Sieve, Sifted

__all__ = [
    "BROKER_VARIABLE",
    "BrokerSettings",
    "Consumer",
    "Ignored",
    "InvalidBroker",
    "Malformed",
    "ProcessingFinished",
    "ProcessingStateSet",
    "ProcessingStatus",
    "Producer",
    "Record",
    "RunValuesUpdated",
    "Sieve",
    "Sifted",
    "Update",
    "VariableSet",
    "broker_settings",
    "encode_update",
    "group_name",
    "load_advertised",
    "parse_arrival",
]
