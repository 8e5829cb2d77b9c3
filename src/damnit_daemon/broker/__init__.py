"""Kafka: receive the facility's announcements and publish our updates."""

from .advertised import load_advertised
from .arrival_filter import ArrivalFilter, FilteredMessage
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

__all__ = [
    "BROKER_VARIABLE",
    "ArrivalFilter",
    "BrokerSettings",
    "Consumer",
    "FilteredMessage",
    "Ignored",
    "InvalidBroker",
    "Malformed",
    "ProcessingFinished",
    "ProcessingStateSet",
    "ProcessingStatus",
    "Producer",
    "Record",
    "RunValuesUpdated",
    "Update",
    "VariableSet",
    "broker_settings",
    "encode_update",
    "group_name",
    "load_advertised",
    "parse_arrival",
]
