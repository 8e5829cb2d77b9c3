"""Stop of the daemon, with and without its supervisord."""

from __future__ import annotations

import signal
import time

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.supervise import DaemonState, observe, stop
from damnit_daemon.supervise.processes import process_at

from .conftest import alone, start_standin, supervisord_of


@pytest.mark.extended
def test_stop_kills_daemon_that_ignores_sigterm(folder):
    lease = start_standin(folder, "stubborn")
    daemon = process_at(lease.holder.pid)

    stop(folder, grace_s=1)

    assert daemon.is_gone
    assert observe(folder).supervisord_process is None


@pytest.mark.extended
def test_stop_ends_working_daemon_whose_supervisord_was_killed(folder):
    lease = start_standin(folder)
    daemon = process_at(lease.holder.pid)
    supervisord_of(folder).kill()
    seen = observe(folder)
    assert seen.is_alone
    assert seen.state(time.time()) is DaemonState.WORKING

    with pytest.raises(DamnitError, match=rf"process {lease.holder.pid} on .*No supervisord"):
        start_standin(folder)
    assert not daemon.is_gone

    assert stop(folder) == [
        f"the daemon (process {lease.holder.pid}), which no supervisord managed"
    ]
    assert daemon.is_gone
    start_standin(folder)


def test_stop_ends_daemon_in_foreground(folder):
    process = alone(folder, "stubborn")

    with pytest.raises(DamnitError, match=f"process {process.pid} on .*No supervisord"):
        start_standin(folder)
    stop(folder, grace_s=0.5)

    assert process.wait(timeout=60) == -signal.SIGKILL


@pytest.mark.extended
def test_stop_ends_supervisord_that_does_not_answer(folder):
    lease = start_standin(folder)
    supervisord = supervisord_of(folder)
    (folder.path / "supervisord.conf").write_text("[supervisorctl]\n")  # its password is lost

    with pytest.raises(DamnitError, match=f"process {supervisord.pid}.*does not respond"):
        start_standin(folder)
    stop(folder)

    assert supervisord.is_gone
    assert process_at(lease.holder.pid) is None


def test_listener_of_damnit_blocks_start_and_can_be_stopped(folder):
    start_standin(folder)
    conf = folder.path / "supervisord.conf"
    conf.write_text("; not ours\n" + conf.read_text().partition("\n")[2])

    with pytest.raises(DamnitError, match="DAMNIT's own listener is running"):
        start_standin(folder)
    assert len(stop(folder)) == 2
