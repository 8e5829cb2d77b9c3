"""How a daemon is, judged by what is seen of it."""

from __future__ import annotations

import pytest

from damnit_daemon.ledger import Lease, ProcessId
from damnit_daemon.supervise import Observed, Program, State

NOW = 1_700_000_000.0


def lease(pid=7, *, age_s=1.0):
    return Lease(ProcessId("host", pid, "boot", "1"), "token", NOW - 100, NOW - age_s, 5, {})


def program(state, pid=0):
    return Program(state, pid, "")


@pytest.mark.parametrize(
    ("observed", "state"),
    [
        (Observed(), State.STOPPED),
        (Observed(program=program("STOPPED")), State.STOPPED),
        (Observed(program=program("STARTING", 7)), State.STARTING),
        (Observed(program=program("RUNNING", 7)), State.STARTING),
        (Observed(program=program("BACKOFF")), State.CRASHED),
        (Observed(program=program("FATAL")), State.CRASHED),
        (Observed(program=program("EXITED")), State.CRASHED),
        (Observed(program=program("RUNNING", 7), lease=lease(), holder_alive=True), State.WORKING),
        (Observed(lease=lease(), holder_alive=True), State.WORKING),
        (Observed(lease=lease(), holder_alive=None), State.WORKING),
        (Observed(lease=lease(), holder_alive=False), State.STOPPED),
        (Observed(lease=lease(age_s=300), holder_alive=None), State.STOPPED),
        (Observed(lease=lease(age_s=300), holder_alive=True), State.SILENT),
        (
            Observed(program=program("RUNNING", 7), lease=lease(age_s=300), holder_alive=None),
            State.SILENT,
        ),
        # A new one after one that was killed
        (
            Observed(program=program("STARTING", 8), lease=lease(), holder_alive=False),
            State.STARTING,
        ),
    ],
)
def test_state(observed, state):
    assert observed.state(NOW) is state


def test_who_is_alone():
    kept = Observed(program=program("RUNNING", 7), lease=lease(), holder_alive=True)
    other = Observed(program=program("RUNNING", 8), lease=lease(), holder_alive=True)

    assert (kept.is_supervised, kept.is_alone) == (True, False)
    assert (other.is_supervised, other.is_alone) == (False, True)
    assert not Observed(lease=lease(), holder_alive=None).is_alone
