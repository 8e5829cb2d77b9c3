"""Acquisition of the lease by daemons."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from damnit_daemon.ledger import (
    LeaseHeld,
    Ledger,
    acquire,
    load_counters,
    load_lease,
    renew,
    take_lease,
    this_process,
)

from .builders import NOW
from .conftest import HERE, THERE


class Clock:
    """A clock that goes on only while somebody sleeps."""

    def __init__(self, meanwhile=lambda: None):
        self.now_s = 50.0
        self.meanwhile = meanwhile

    def __call__(self):
        return self.now_s

    def sleep(self, seconds):
        self.now_s += seconds
        self.meanwhile()


class Obedient:
    """A daemon in a process of its own that does what it is told."""

    def __init__(self):
        script = Path(__file__).with_name("scripted_daemon.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def tell(self, *command):
        self.process.stdin.write(" ".join(map(str, command)) + "\n")
        self.process.stdin.flush()

    def hear(self):
        return self.process.stdout.readline().strip()

    def do(self, *command):
        self.tell(*command)
        return self.hear()

    def stop(self):
        """Stop it like Ctrl-Z; it is stopped when this returns."""
        self.process.send_signal(signal.SIGSTOP)
        stat = Path(f"/proc/{self.process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "T":
            pass


def take(ledger, clock, process=HERE, **more):
    return take_lease(
        ledger,
        process=process,
        now=lambda: NOW,
        monotonic=clock,
        sleep=clock.sleep,
        alive=more.pop("alive", lambda process: None),
        **more,
    )


def holder(ledger):
    with ledger.reading() as con:
        return load_lease(con).holder


def never(seconds):
    raise AssertionError("waited")


def test_free_lease_is_taken_immediately(ledger):
    take_lease(ledger, sleep=never, info={"version": "1"})

    assert holder(ledger) == this_process()


def test_lease_of_vanished_host_is_taken_after_a_minute(ledger):
    take(ledger, Clock(), THERE)
    clock, seen = Clock(), []

    take(ledger, clock, waiting=seen.append)

    assert 60.0 <= clock.now_s - 50.0 <= 61.0
    assert {lease.holder for lease in seen} == {THERE}
    assert holder(ledger) == HERE


def test_renewed_lease_is_noticed_at_its_next_beat(ledger):
    token = take(ledger, Clock(), THERE)

    def renew_lease():
        if clock.now_s >= 52.0:
            with ledger.writing(token) as con:
                renew(con, token, now=0.0)

    clock = Clock(renew_lease)
    with pytest.raises(LeaseHeld, match="process 20 on there"):
        take(ledger, clock)

    assert clock.now_s <= 53.0


def test_waiting_daemon_loses_lease_to_faster_daemon(ledger):
    take(ledger, Clock(), THERE)
    third = replace(THERE, host="third")

    def overtake():
        if clock.now_s == 80.0:
            with ledger.writing() as con:
                acquire(con, third, now=NOW, alive=lambda process: False)

    clock = Clock(overtake)
    with pytest.raises(LeaseHeld, match="on third"):
        take(ledger, clock)


@pytest.mark.extended
def test_exactly_one_of_several_processes_gets_lease(tmp_path):
    with ExitStack() as stack:
        daemons = [stack.enter_context(Obedient()) for _ in range(4)]
        for number in range(15):
            ledger = Ledger(tmp_path / f"{number}.sqlite")
            ledger.create()
            for daemon in daemons:
                daemon.tell("take", ledger.path)
            heard = [daemon.hear() for daemon in daemons]

            assert sorted(heard) == ["LeaseHeld"] * 3 + ["done"]
            winner = daemons[heard.index("done")]
            assert holder(ledger).pid == winner.process.pid
            written = [daemon.do("write") for daemon in daemons]
            assert written.count("done") == 1
            assert written.index("done") == daemons.index(winner)


def test_lease_of_killed_daemon_is_taken_immediately(ledger):
    with Obedient() as daemon:
        assert daemon.do("take", ledger.path) == "done"
        held = pytest.raises(LeaseHeld, match=f"process {daemon.process.pid}")
        with held, ledger.writing() as con:
            acquire(con, this_process(), now=NOW)

        # Dead, but nobody has waited for it yet, as it is below Supervisor for a moment.
        daemon.process.kill()
        os.waitid(os.P_PID, daemon.process.pid, os.WEXITED | os.WNOWAIT)
        take_lease(ledger, sleep=never)

    assert holder(ledger) == this_process()


def test_daemon_suspended_past_its_lease_writes_nothing_afterwards(ledger):
    with Obedient() as daemon:
        assert daemon.do("take", ledger.path) == "done"
        assert daemon.do("write") == "done"

        daemon.stop()
        daemon.tell("write")
        # It lives, but did not renew its lease.
        take(ledger, Clock(), alive=lambda process: True)
        daemon.process.send_signal(signal.SIGCONT)

        assert daemon.hear() == "LeaseLost"
        assert daemon.do("write") == "LeaseLost"
    with ledger.reading() as con:
        assert load_counters(con) == {"written": 1}
    assert holder(ledger) == HERE
