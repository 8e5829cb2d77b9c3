"""The lease in the ledger."""

import pytest

from damnit_daemon.ledger import (
    LeaseHeld,
    LeaseLost,
    LeaseWatch,
    ProcessId,
    acquire,
    load_lease,
    release,
    renew,
    require_lease,
)

from .builders import NOW
from .conftest import HERE, THERE

HOUR_S = 3600.0


def alive(process):
    return True


def dead(process):
    return False


def unknown(process):
    return None


def watch_for(con, watch, seconds, *, start=0):
    """Look at the lease every second."""
    for second in range(start, start + seconds + 1):
        watch.observe(load_lease(con), float(second))


def test_free_lease_is_acquired(con):
    token = acquire(con, HERE, now=NOW, info={"version": "1"})

    lease = load_lease(con)
    assert (lease.holder, lease.token, lease.since, lease.beat_at) == (HERE, token, NOW, NOW)
    assert lease.info == {"version": "1"}
    require_lease(con, token)


def test_lease_repr_hides_token(con):
    token = acquire(con, HERE, now=NOW)

    assert token not in repr(load_lease(con))


def test_held_lease_names_holder_and_start(con):
    acquire(con, HERE, now=NOW)

    with pytest.raises(LeaseHeld, match=r"process 10 on here, since 20\d\d-.*damnit-daemon stop"):
        acquire(con, THERE, now=NOW + 5, alive=alive)


def test_host_name_with_control_characters_is_escaped(con):
    acquire(con, ProcessId("a\x1b[31mb\n", 1, "", ""), now=float("inf"))

    with pytest.raises(LeaseHeld, match=r"on a\[31mb, since an unknown time") as caught:
        acquire(con, HERE, now=NOW, alive=unknown)
    assert str(caught.value).isprintable()


def test_lease_of_dead_process_is_taken_immediately(con):
    old = acquire(con, HERE, now=NOW)

    new = acquire(con, THERE, now=NOW + 1, alive=dead)

    require_lease(con, new)
    with pytest.raises(LeaseLost, match="process 20 on there took over"):
        require_lease(con, old)


def test_renewal_updates_beat_and_info_of_lease(con):
    token = acquire(con, HERE, now=NOW, info={"jobs": 1})

    renew(con, token, now=NOW + 5)
    assert load_lease(con).info == {"jobs": 1}
    renew(con, token, now=NOW + 7, info={"jobs": 2})

    lease = load_lease(con)
    assert (lease.since, lease.beat_at, lease.beats) == (NOW, NOW + 7, 2)
    assert lease.info == {"jobs": 2}


def test_lost_lease_can_neither_be_renewed_nor_released(con):
    old = acquire(con, HERE, now=NOW)
    new = acquire(con, THERE, now=NOW, alive=dead)

    with pytest.raises(LeaseLost):
        renew(con, old, now=NOW)
    assert not release(con, old)
    require_lease(con, new)
    assert release(con, new)
    assert load_lease(con) is None


@pytest.mark.parametrize("knows", [alive, unknown])
def test_lease_not_renewed_for_a_minute_is_taken(con, knows):
    acquire(con, HERE, now=NOW)
    watch = LeaseWatch()

    watch_for(con, watch, 58)
    with pytest.raises(LeaseHeld):
        acquire(con, THERE, now=NOW, watch=watch, at_s=59.0, alive=knows)
    acquire(con, THERE, now=NOW, watch=watch, at_s=60.0, alive=knows)

    assert load_lease(con).holder == THERE


def test_lease_renewed_at_last_moment_is_kept(con):
    token = acquire(con, HERE, now=NOW)
    watch = LeaseWatch()
    watch_for(con, watch, 59)

    renew(con, token, now=NOW + 59)

    watch_for(con, watch, 58, start=60)
    with pytest.raises(LeaseHeld):
        acquire(con, THERE, now=NOW, watch=watch, at_s=119.0, alive=unknown)
    assert watch.moved


def test_suspended_lease_watch_does_not_count_elapsed_time(con):
    acquire(con, HERE, now=NOW)
    watch = LeaseWatch()
    watch.observe(load_lease(con), 0.0)

    with pytest.raises(LeaseHeld):
        acquire(con, THERE, now=NOW, watch=watch, at_s=HOUR_S, alive=unknown)


@pytest.mark.parametrize("step_s", [-HOUR_S, HOUR_S])
def test_clock_step_does_not_make_live_lease_stale(con, step_s):
    token = acquire(con, HERE, now=NOW)
    watch = LeaseWatch()

    for second in range(200):
        renew(con, token, now=NOW + second + (step_s if second > 50 else 0.0))
        with pytest.raises(LeaseHeld):
            acquire(con, THERE, now=NOW, watch=watch, at_s=float(second), alive=unknown)


def test_clock_step_back_does_not_keep_stale_lease_alive(con):
    token = acquire(con, HERE, now=NOW + HOUR_S)
    renew(con, token, now=NOW + HOUR_S)
    watch = LeaseWatch()
    watch_for(con, watch, 59)

    acquire(con, THERE, now=NOW, watch=watch, at_s=60.0, alive=unknown)

    assert load_lease(con).holder == THERE


def test_lease_looks_stale_when_beat_is_far_from_now(con):
    acquire(con, HERE, now=NOW)
    lease = load_lease(con)

    assert not lease.looks_stale(NOW + 59)
    assert lease.looks_stale(NOW + 61)
    assert lease.looks_stale(NOW - HOUR_S)
    assert (lease.age_s(NOW + 7), lease.age_s(NOW - 7)) == (7.0, 0.0)
