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


def test_this_process_lives():
    assert this_process().pid == os.getpid()
    assert is_alive(this_process()) is True


def test_another_lives_until_it_ended(child):
    process = identify(child)
    assert is_alive(process) is True

    child.kill()
    # Not waited for, but dead.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive(process) is False

    child.wait()
    assert is_alive(process) is False


def test_another_that_has_its_number_now_is_another():
    assert is_alive(replace(this_process(), started="1")) is False


def test_nothing_is_known_of_other_machines():
    assert is_alive(replace(this_process(), machine="another boot")) is None
    assert is_alive(replace(this_process(), machine="")) is None


def test_what_ran_here_before_this_boot_is_gone():
    now = this_process()
    _, *rest = now.machine.split(" ")
    if len(rest) < 2:
        pytest.skip("this machine has no number of its own")
    before = " ".join(["another-boot", *rest])
    assert is_alive(replace(now, machine=before)) is False
    assert is_alive(replace(now, machine=before, host="elsewhere")) is None
    assert is_alive(replace(now, machine=f"another-boot {rest[0]} another-machine")) is None
    assert is_alive(replace(now, machine=f"another-boot {rest[0]}")) is None


def test_a_number_that_is_none_is_not_known():
    assert is_alive(replace(this_process(), pid=2**70)) is None


def test_that_of_another_user_lives(child):
    process = identify(child)

    with nobody_special():
        assert is_alive(process) is True
