"""Notifications to systemd."""

from __future__ import annotations

import os
import socket

import pytest

from damnit_daemon.supervise import Notifier


@pytest.fixture
def systemd(tmp_path):
    """A socket that gets what is said."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.setblocking(False)
        receiver.bind(str(tmp_path / "n"))
        yield receiver


def heard(systemd):
    said = []
    while True:
        try:
            said.append(systemd.recv(10_000).decode())
        except BlockingIOError:
            return said


def test_notifier_sends_ready_status_watchdog_and_stopping(systemd):
    notifier = Notifier(systemd.getsockname(), watchdog_every_s=1)

    notifier.ready("watches")
    notifier.status("2 jobs\nREADY=1")
    notifier.status("2 jobs\nREADY=1")
    notifier.watchdog()
    notifier.stopping()

    assert heard(systemd) == [
        "READY=1\nSTATUS=watches",
        "STATUS=2 jobs READY=1",
        "WATCHDOG=1",
        "STOPPING=1",
    ]


def test_notifier_sends_to_abstract_socket():
    name = f"\0damnit-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(name)
        Notifier(name.replace("\0", "@")).ready()
        assert receiver.recv(100) == b"READY=1"


def test_notifier_removes_systemd_variables_from_environment(systemd):
    environment = {
        "NOTIFY_SOCKET": systemd.getsockname(),
        "WATCHDOG_USEC": "30000000",
        "WATCHDOG_PID": str(os.getpid()),
        "HOME": "/",
    }
    notifier = Notifier.from_environment(environment)
    notifier.ready()

    assert heard(systemd) == ["READY=1"]
    assert notifier.watchdog_every_s == 15
    assert environment == {"HOME": "/"}


def test_notifier_ignores_watchdog_of_another_process(systemd):
    environment = {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}
    notifier = Notifier.from_environment(environment | {"NOTIFY_SOCKET": systemd.getsockname()})
    notifier.watchdog()

    assert notifier.watchdog_every_s is None
    assert heard(systemd) == []


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@" + "x" * 300, "\0"])
def test_notifier_ignores_unreachable_socket(address):
    Notifier(address, watchdog_every_s=1).ready("fine")
