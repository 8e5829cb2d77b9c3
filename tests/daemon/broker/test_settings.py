"""Broker settings from folder and environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from damnit_daemon.broker import BrokerSettings, InvalidBroker, broker_settings, group_name
from damnit_daemon.broker.settings import (
    DEFAULT_SESSION_TIMEOUT_S,
    OFFLINE_TOPICS,
    ONLINE_TOPICS,
    parse_addresses,
    parse_api_version,
    parse_session_timeout,
    parse_topics,
)

FOLDER = Path("/gpfs/exfel/exp/MID/202601/p001234/usr/Shared/amore")


def test_no_broker_is_set_by_default():
    assert broker_settings(FOLDER, {}, {}) is None


def test_folder_setting_gives_broker_with_defaults():
    settings = {"broker": "exflwgs06:9091", "db_id": "f00d"}
    assert broker_settings(FOLDER, settings, {}) == BrokerSettings(
        addresses=("exflwgs06:9091",),
        group="xfel-da-damnit-tui-_gpfs_exfel_exp_MID_202601_p001234_usr_Shared_amore",
        topics=OFFLINE_TOPICS,
        update_topic="test.damnit.db-f00d",
        api_version=None,
        session_timeout_s=DEFAULT_SESSION_TIMEOUT_S,
    )


def test_all_broker_settings_are_read_from_folder():
    settings = {
        "broker": "a:1, b:2",
        "kafka_topics": "x y,z",
        "kafka_api_version": "0.9",
        "kafka_session_timeout_s": 6,
    }
    found = broker_settings(FOLDER, settings, {})
    assert found.addresses == ("a:1", "b:2")
    assert found.topics == ("x", "y", "z")
    assert found.update_topic is None
    assert found.api_version == (0, 9)
    assert found.session_timeout_s == 6.0


def test_environment_broker_applies_only_without_folder_broker():
    environment = {"AMORE_BROKER": "theirs:9091"}
    assert broker_settings(FOLDER, {}, environment).addresses == ("theirs:9091",)
    ours = broker_settings(FOLDER, {"broker": "ours:9092"}, environment)
    assert ours.addresses == ("ours:9092",)


@pytest.mark.parametrize("settings", [{}, {"broker": "ours:9092"}])
def test_environment_can_disable_broker(settings):
    assert broker_settings(FOLDER, settings, {"AMORE_BROKER": "None"}) is None


def test_folder_can_disable_broker():
    assert broker_settings(FOLDER, {"broker": "none"}, {"AMORE_BROKER": "theirs:1"}) is None


def test_online_cluster_has_its_own_topics():
    settings = {"broker": "a:1"}
    online = broker_settings(FOLDER, settings, {}, hostname="exflonc12.desy.de")
    assert online.topics == ONLINE_TOPICS
    assert broker_settings(FOLDER, settings, {}, hostname="max-exfl001").topics == OFFLINE_TOPICS


def test_group_name_is_unique_per_folder_and_needs_absolute_path():
    assert group_name(Path("/a/b")) == "xfel-da-damnit-tui-_a_b"
    assert group_name(Path("/a/c")) != group_name(Path("/a/b"))
    with pytest.raises(ValueError, match="not absolute"):
        group_name(Path("amore"))


@pytest.mark.parametrize(
    "text", ["host", "host:", ":9092", "host:0", "host:65536", "a:1,,b:2", "a b:1", "http://a:1"]
)
def test_invalid_broker_address_is_refused(text):
    with pytest.raises(InvalidBroker, match="not a broker address") as caught:
        parse_addresses(text)
    assert "exflwgs06:9091" in caught.value.hint


def test_numeric_broker_addresses_are_accepted():
    assert parse_addresses("127.0.0.1:1,[::1]:65535") == ("127.0.0.1:1", "[::1]:65535")


@pytest.mark.parametrize("text", ["a/b", "..", "x" * 250, "ü"])
def test_invalid_topic_name_is_refused(text):
    with pytest.raises(InvalidBroker, match="not a valid topic"):
        parse_topics(text)


def test_duplicate_topics_are_removed():
    assert parse_topics(" a, b  a\n") == ("a", "b")


@pytest.mark.parametrize(("text", "version"), [("", None), ("2.3", (2, 3)), ("0.10.2", (0, 10, 2))])
def test_api_version_is_parsed(text, version):
    assert parse_api_version(text) == version


@pytest.mark.parametrize("text", ["2", "two", "2.3.4.5", "(2,3)"])
def test_invalid_api_version_is_refused(text):
    with pytest.raises(InvalidBroker, match="not a Kafka version"):
        parse_api_version(text)


@pytest.mark.parametrize("value", ["", None])
def test_session_timeout_has_a_default(value):
    assert parse_session_timeout(value) == DEFAULT_SESSION_TIMEOUT_S


@pytest.mark.parametrize("value", ["soon", 0, -1, "nan", 1e9])
def test_invalid_session_timeout_is_refused(value):
    with pytest.raises(InvalidBroker, match="kafka_session_timeout_s"):
        parse_session_timeout(value)
