"""Checks of the ledger, the daemon that writes it, and its broker."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

from ...broker import BrokerSettings, broker_settings, load_advertised
from ...errors import DamnitError
from ...ledger import (
    JobState,
    Ledger,
    RequestState,
    count_jobs,
    load_jobs,
    load_requests,
    running_daemon,
)
from ...model.consumer_health import parse_consumer_health
from ...paths import DamnitFolder
from ...store import Database, find_damage, load_settings
from ...supervise import DaemonState, observe
from ...text import count_of, format_timestamp
from ..ledger_renewal import load_renewal, was_there
from .finding import Finding, fine, note, wrong
from .storage import TIMEOUT_S

CONNECT_TIMEOUT_S = 3.0
WAITED_TOO_LONG_S = 60.0


def check_ledger(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that the ledger is readable, writable and intact.

    Raises:
        StoreError: If it is not; gives the reason.
    """
    ledger = Ledger(folder.ledger, timeout_s=TIMEOUT_S)
    if not ledger.exists() and was_there(folder):
        yield wrong(
            "ledger", f"{folder.ledger} was deleted.", "Create a new one: damnit-daemon restart"
        )
        return
    if not ledger.exists():
        yield note("ledger", "There is none: no daemon has run here yet.")
        return
    with ledger.reading() as con:
        damage = find_damage(con)
    if damage:
        fix = "Rebuild it: damnit-daemon restart"
        yield wrong("ledger", f"{folder.ledger} is damaged: {damage[0]}", fix)
        return
    with ledger.writing():
        pass  # the lock was free
    with ledger.reading() as con:
        counts = count_jobs(con)
        queued = load_jobs(con, states=[JobState.QUEUED], limit=1)
        renewal = load_renewal(con)
        requests = [r for r in load_requests(con) if r.state is RequestState.WAITING]
    text = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    yield fine("ledger", f"jobs: {text or 'none yet'}")
    if renewal is not None:
        at = format_timestamp(renewal[0])
        yield note("ledger", f"{at}: {renewal[1]} Repeat requests that were pending then.")
    if queued and queued[0].reason:
        yield note("ledger", f"Job {queued[0].id} is queued again: {queued[0].reason}")
    late = [r for r in requests if time.time() - r.created_at > WAITED_TOO_LONG_S]
    if late:
        yield note(
            "ledger",
            f"Waiting for a daemon: {count_of(len(late), 'request')}.",
            "damnit-daemon start",
        )


def check_daemon(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that the daemon is running, unless none was started."""
    seen = observe(folder)
    state = seen.state(time.time())
    who = ""
    if seen.lease is not None:
        who = f", process {seen.lease.holder.pid} on {seen.lease.holder.host}"
    text = f"{state}{who}"
    if state is DaemonState.WORKING:
        yield fine("daemon", text)
    elif state in (DaemonState.CRASHED, DaemonState.SILENT):
        yield wrong("daemon", text, "See damnit-daemon logs; then: damnit-daemon restart")
    elif state is DaemonState.STOPPED and seen.lease is not None and seen.holder_alive is False:
        text = f"It crashed or was killed{who}; the next one takes over."
        yield note("daemon", text, "damnit-daemon start")
    else:
        yield note("daemon", text, "damnit-daemon start" if state is DaemonState.STOPPED else "")


def check_broker(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that the running daemon listens, and that the broker responds, if one is set.

    Raises:
        DamnitError: If a setting is invalid.
    """
    reached = check_reachable(folder)
    if reached is None:
        yield note("broker", "none is set; runs are found by scanning directories")
        return
    yield from _check_listening(folder)
    yield reached


def check_reachable(folder: DamnitFolder) -> Finding | None:
    """Check that one of the broker's addresses responds; None if no broker is set.

    Raises:
        DamnitError: If a setting is invalid, or the database cannot be read.
    """
    with Database(folder.database, timeout_s=TIMEOUT_S).reading() as con:
        stored = load_settings(con)
    settings = broker_settings(
        folder.path.absolute(), stored, os.environ, hostname=socket.gethostname()
    )
    if settings is None:
        return None
    reasons = {address: _why_not_reached(address) for address in settings.addresses}
    if reached := [address for address, reason in reasons.items() if not reason]:
        return _check_answers(settings, reached)
    text = "; ".join(f"{address}: {reason}" for address, reason in reasons.items())
    fix = "damnit-daemon db-config broker HOST:PORT, or: damnit-daemon db-config broker none"
    return wrong("broker", text, fix)


def _check_answers(settings: BrokerSettings, reached: list[str]) -> Finding:
    """Check that the broker speaks Kafka, and that its advertised addresses are reachable."""
    names = ", ".join(reached)
    fix = "Ask its administrator; meanwhile new runs are found by scanning directories."
    try:
        advertised = load_advertised(settings)
    except DamnitError as error:
        return wrong("broker", f"{names} accepts connections, but does not respond: {error}", fix)
    reasons = {address: _why_not_reached(address) for address in advertised}
    for address, reason in reasons.items():
        if reason:
            text = f"{names} responds, but advertises {address}, which cannot be reached: {reason}"
            return wrong("broker", text, fix)
    return fine("broker", f"{names} responds")


def _check_listening(folder: DamnitFolder) -> Iterator[Finding]:
    """Report the broker's state according to the running daemon."""
    lease = running_daemon(Ledger(folder.ledger))
    if lease is None or (health := parse_consumer_health(lease.info.get("consumer"))) is None:
        return
    sentence = f"the daemon on {lease.holder.host}: {health.sentence(time.time())}"
    if health.problem:
        yield wrong("broker", sentence, "Meanwhile new runs are found by scanning directories.")
    else:
        yield fine("broker", sentence)


def _why_not_reached(address: str) -> str:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), CONNECT_TIMEOUT_S):
            return ""
    except OSError as error:
        return str(error)
