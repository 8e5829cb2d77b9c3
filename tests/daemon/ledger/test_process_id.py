"""Identification of processes across hosts, reboots and reused numbers."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from damnit_daemon.ledger import is_alive, this_process

from ..store.conftest import nobody_special


@pytest.fixture
def child():
    """A process that waits for its end."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def identify(child):
    stat = Path(f"/proc/{child.pid}/stat").read_text()
    started = stat.rpartition(")")[2].split()[19]
    return replace(this_process(), pid=child.pid, started=started)


def test_current_process_is_alive():
    assert this_process().pid == os.getpid()
    assert is_alive(this_process()) is True


def test_child_process_is_alive_until_it_ends(child):
    process = identify(child)
    assert is_alive(process) is True

    child.kill()
    # Not waited for, but dead.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive(process) is False

    child.wait()
    assert is_alive(process) is False


def test_reused_process_number_is_not_alive():
    assert is_alive(replace(this_process(), started="1")) is False


def test_process_of_other_machine_is_unknown():
    assert is_alive(replace(this_process(), machine="another boot")) is None
    assert is_alive(replace(this_process(), machine="")) is None


def test_process_of_earlier_boot_is_not_alive():
    now = this_process()
    _, *rest = now.machine.split(" ")
    if len(rest) < 2:
        pytest.skip("this machine has no number of its own")
    before = " ".join(["another-boot", *rest])
    assert is_alive(replace(now, machine=before)) is False
    assert is_alive(replace(now, machine=before, host="elsewhere")) is None
    assert is_alive(replace(now, machine=f"another-boot {rest[0]} another-machine")) is None
    assert is_alive(replace(now, machine=f"another-boot {rest[0]}")) is None


def test_impossible_process_number_is_unknown():
    assert is_alive(replace(this_process(), pid=2**70)) is None


def test_process_of_other_user_is_alive(child):
    process = identify(child)

    with nobody_special():
        assert is_alive(process) is True
