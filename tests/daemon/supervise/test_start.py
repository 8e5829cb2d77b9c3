"""Start of the daemon: a stand-in that holds the lease, under a real supervisord."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import LeaseHeld
from damnit_daemon.supervise import DaemonState, StartFailed, observe, stop
from damnit_daemon.supervise.address import this_host
from damnit_daemon.supervise.processes import process_at

from .conftest import (
    beating,
    permissions,
    standin,
    start_standin,
    supervisorctl,
    supervisord_of,
    wait_until,
)

STARTER = """
import sys
from pathlib import Path
from damnit_daemon.ledger import LeaseHeld
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.supervise import start
try:
    lease = start(DamnitFolder(Path(sys.argv[1])), command=sys.argv[2:])
    print("started", lease.holder.pid)
except LeaseHeld as held:
    print("held", held.lease.holder.pid)
"""


def starter(folder, *modes):
    """A process that starts a stand-in."""
    return [sys.executable, "-c", STARTER, str(folder.path), *standin(folder, *modes)]


@pytest.mark.extended
def test_daemon_is_started_observed_and_stopped(folder):
    lease = start_standin(folder)

    seen = observe(folder)
    assert seen.state(time.time()) is DaemonState.WORKING
    assert seen.is_supervised
    assert lease.beats > 0
    daemon, supervisord = process_at(lease.holder.pid), supervisord_of(folder)
    told = supervisorctl(folder, "status", "damnit")
    assert (told.returncode, told.stdout.split()[0]) == (0, "damnit")
    assert told.stdout.split()[1] == "RUNNING"
    with pytest.raises(LeaseHeld, match=rf"process {lease.holder.pid} on .*, since 20"):
        start_standin(folder)
    # Not for others; as open as the folder otherwise.
    assert permissions(folder.path / "supervisord.conf") == 0o640
    for name in ("amore.log", "supervisord.log", "supervisord.pid"):
        assert permissions(folder.path / name) == 0o660
    assert "µ, umask 007" in (folder.path / "amore.log").read_text()

    ended = stop(folder)

    assert f"process {lease.holder.pid}" in ended[0]
    assert f"process {supervisord.pid} " in ended[1]
    assert daemon.is_gone
    assert supervisord.is_gone
    assert observe(folder).state(time.time()) is DaemonState.STOPPED
    assert not (folder.path / "supervisord.pid").exists()
    assert stop(folder) == []


@pytest.mark.extended
def test_supervisord_listens_on_own_host_only_and_requires_password(folder):
    start_standin(folder)
    address = observe(folder).supervisord.address

    listening = subprocess.run(
        ["/bin/sh", "-c", "cat /proc/net/tcp /proc/net/tcp6"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (local,) = {
        line.split()[1]
        for line in listening.splitlines()
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{address.port:04X}")
    }
    number = socket.inet_aton(socket.gethostbyname(this_host()))
    assert local.partition(":")[0] == number[::-1].hex().upper()
    wrong = supervisorctl(folder, "-u", "user", "-p", "wrong", "status")
    assert "Unauthorized" in wrong.stdout + wrong.stderr


@pytest.mark.extended
def test_killed_daemon_is_restarted_by_supervisord(folder):
    first = start_standin(folder).holder.pid
    began = time.monotonic()

    os.kill(first, signal.SIGKILL)

    def is_replaced():
        seen = observe(folder)
        return seen.is_supervised and seen.lease.beats and seen.lease.holder.pid != first

    wait_until(is_replaced)
    assert time.monotonic() - began < 40


def test_start_of_crashing_daemon_shows_its_log_and_ends_supervisord(folder):
    (folder.path / "amore.log").write_text("of last year\n")

    with pytest.raises(StartFailed, match="exited at once") as caught:
        start_standin(folder, "crash")

    assert caught.value.log_lines[-1] == "this is why it cannot work"
    assert "of last year" not in caught.value.log_lines
    seen = observe(folder)
    assert seen.supervisord is None
    assert seen.supervisord_process is None


@pytest.mark.extended
def test_start_of_daemon_without_lease_times_out_and_ends_supervisord(folder):
    with pytest.raises(StartFailed, match="did not respond within 8 s") as caught:
        start_standin(folder, "mute", timeout_s=8)

    assert "stand-in begins" in caught.value.log_lines[0]
    assert observe(folder).supervisord_process is None


@pytest.mark.extended
def test_daemon_stopped_with_supervisorctl_can_be_started_again(folder):
    start_standin(folder)
    before = supervisord_of(folder)
    supervisorctl(folder, "stop", "damnit")
    assert observe(folder).state(time.time()) is DaemonState.STOPPED

    start_standin(folder)

    assert before.is_gone
    assert observe(folder).is_supervised


@pytest.mark.extended
def test_start_skips_port_in_use(folder):
    with socket.create_server((this_host(), 0)) as taken:
        port = taken.getsockname()[1]
        with socket.create_server((this_host(), 0)) as other:
            free = other.getsockname()[1]

        start_standin(folder, ports=iter([port, free]))

    assert observe(folder).supervisord.address.port == free


@pytest.mark.extended
def test_start_replaces_conf_of_damnit_and_keeps_a_copy(folder):
    conf = folder.path / "supervisord.conf"
    conf.write_text("[inet_http_server]\nport = 1\n[supervisorctl]\nserverurl = http://vm:1\n")
    conf.chmod(0o666)
    said = []

    start_standin(folder, report=said.append)

    assert permissions(conf) == 0o640
    copy = folder.path / "supervisord.conf.old1"
    assert "port = 1" in copy.read_text()
    assert permissions(copy) == 0o600
    assert said == [
        "supervisord.conf was not written by damnit-daemon; it is kept as supervisord.conf.old1"
    ]
    stop(folder)
    start_standin(folder)  # ours is not kept
    assert list(folder.path.glob("*.old*")) == [copy]


@pytest.mark.extended
def test_daemon_starts_in_folder_with_long_name_and_special_characters(make_folder):
    name = "l" * 200 + "/a 100% 'öd' ;name #1 %(here)s"
    folder = make_folder(name, mode=0o700)

    lease = start_standin(folder)

    assert permissions(folder.path / "supervisord.conf") == 0o600
    assert permissions(folder.path / "amore.log") == 0o600
    assert lease.holder.pid == observe(folder).program.pid
    assert len(stop(folder)) == 2


def test_start_refuses_log_that_is_a_link_of_another_user(folder, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    link = folder.path / "supervisord.log"
    link.symlink_to(victim)
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    os.lchown(link, 65534, 65534)

    with pytest.raises(DamnitError, match="is a link of another user"):
        start_standin(folder)
    assert victim.read_text() == "mine"


@pytest.mark.extended
def test_daemon_working_on_another_host_can_be_neither_doubled_nor_stopped(far_away, folder):
    with beating(far_away):
        with pytest.raises(LeaseHeld, match="process 1 on far-away"):
            start_standin(folder)
        with pytest.raises(DamnitError, match="Run `damnit-daemon stop` on far-away"):
            stop(folder)


@pytest.mark.extended
def test_start_takes_over_lease_of_vanished_host(far_away, folder):
    said = []
    assert stop(folder) == []

    lease = start_standin(folder, "impatient", report=said.append)

    assert said[0].startswith("process 1 on far-away exited without releasing its lease")
    assert lease.holder.pid == observe(folder).program.pid


@pytest.mark.extended
def test_two_simultaneous_starts_give_one_daemon(folder):
    outcomes = []

    def run():
        done = subprocess.run(starter(folder), capture_output=True, text=True, check=False)
        outcomes.append(done.stdout.split() or done.stderr)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pid = str(observe(folder).lease.holder.pid)
    assert sorted(outcomes) == [["held", pid], ["started", pid]]


@pytest.mark.extended
def test_interrupted_start_ends_supervisord(folder):
    with subprocess.Popen(starter(folder, "mute"), stderr=subprocess.DEVNULL) as process:
        log = folder.path / "amore.log"
        wait_until(lambda: log.exists() and "begins" in log.read_text())
        supervisord = supervisord_of(folder)

        process.send_signal(signal.SIGINT)

    assert process.returncode != 0
    assert supervisord.is_gone
    assert observe(folder).supervisord is None
