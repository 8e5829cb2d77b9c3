"""The state of a daemon, derived from a probe."""

from __future__ import annotations

import pytest

from damnit_daemon.ledger import Lease, ProcessId
from damnit_daemon.supervise import DaemonProbe, DaemonState, Program

NOW = 1_700_000_000.0


def lease(pid=7, *, age_s=1.0):
    return Lease(ProcessId("host", pid, "boot", "1"), "token", NOW - 100, NOW - age_s, 5, {})


def program(state, pid=0):
    return Program(state, pid, "")


@pytest.mark.parametrize(
    ("observed", "state"),
    [
        (DaemonProbe(), DaemonState.STOPPED),
        (DaemonProbe(program=program("STOPPED")), DaemonState.STOPPED),
        (DaemonProbe(program=program("STARTING", 7)), DaemonState.STARTING),
        (DaemonProbe(program=program("RUNNING", 7)), DaemonState.STARTING),
        (DaemonProbe(program=program("BACKOFF")), DaemonState.CRASHED),
        (DaemonProbe(program=program("FATAL")), DaemonState.CRASHED),
        (DaemonProbe(program=program("EXITED")), DaemonState.CRASHED),
        (
            DaemonProbe(program=program("RUNNING", 7), lease=lease(), holder_alive=True),
            DaemonState.WORKING,
        ),
        (DaemonProbe(lease=lease(), holder_alive=True), DaemonState.WORKING),
        (DaemonProbe(lease=lease(), holder_alive=None), DaemonState.WORKING),
        (DaemonProbe(lease=lease(), holder_alive=False), DaemonState.STOPPED),
        (DaemonProbe(lease=lease(age_s=300), holder_alive=None), DaemonState.STOPPED),
        (DaemonProbe(lease=lease(age_s=300), holder_alive=True), DaemonState.SILENT),
        (
            DaemonProbe(program=program("RUNNING", 7), lease=lease(age_s=300), holder_alive=None),
            DaemonState.SILENT,
        ),
        # A new one after one that was killed
        (
            DaemonProbe(program=program("STARTING", 8), lease=lease(), holder_alive=False),
            DaemonState.STARTING,
        ),
    ],
)
def test_probe_gives_daemon_state(observed, state):
    assert observed.state(NOW) is state


def test_daemon_is_alone_if_supervisord_keeps_another_process():
    kept = DaemonProbe(program=program("RUNNING", 7), lease=lease(), holder_alive=True)
    other = DaemonProbe(program=program("RUNNING", 8), lease=lease(), holder_alive=True)

    assert (kept.is_supervised, kept.is_alone) == (True, False)
    assert (other.is_supervised, other.is_alone) == (False, True)
    assert not DaemonProbe(lease=lease(), holder_alive=None).is_alone
