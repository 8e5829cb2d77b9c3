"""Stop the daemon and its supervisord, and check that both are gone."""

from __future__ import annotations

import socket
import time

from ..errors import DamnitError
from ..ledger import Lease, LeaseHeld, is_alive
from ..paths import DamnitFolder
from .conf_io import conf_path, load_conf
from .conf_text import STOP_WAIT_S
from .lock import supervise_lock
from .probe import DaemonProbe, is_renewed, observe
from .processes import Process, process_at
from .rpc import NoAnswer, Supervisord

LOCK_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = STOP_WAIT_S + 10.0
"""A process that has not ended after this time is killed."""

LOOK_EVERY_S = 0.1


def stop(folder: DamnitFolder, *, grace_s: float = STOP_TIMEOUT_S) -> list[str]:
    """Stop the daemon of a folder, however it was started.

    Args:
        folder: The DAMNIT folder.
        grace_s: How long each process may take to end, before it is killed.

    Returns:
        Descriptions of the processes that were ended; empty if there were none.

    Raises:
        DamnitError: If a process is still alive; names it and its host.
    """
    if not (folder.internals.exists() or conf_path(folder).exists()):
        return []  # nothing ever ran here: the lock would create a folder
    with supervise_lock(folder, timeout_s=LOCK_TIMEOUT_S):
        load_conf(folder)
        seen = observe(folder)
        ended = end_supervisord(seen, grace_s=grace_s)
        holder = seen.lease if ended == [] else observe(folder).lease
        return ended + ([] if holder is None else _end_holder(folder, holder, grace_s))


def end_supervisord(seen: DaemonProbe, *, grace_s: float) -> list[str]:
    """End a supervisord, and with it the daemon; return descriptions of what was ended.

    Raises:
        DamnitError: If it cannot be ended.
    """
    process = seen.supervisord_process
    if seen.supervisord is not None:
        return _shut_down(seen.supervisord, process, grace_s)
    if process is None:
        return []
    process.end(grace_s=grace_s)  # on TERM it first ends its program
    return [f"supervisord (process {process.pid})"]


def _shut_down(supervisord: Supervisord, process: Process | None, grace_s: float) -> list[str]:
    try:
        program = supervisord.load_program()
        pid = 0 if program is None else program.pid
        where = f"process {supervisord.load_pid()} on {supervisord.address.host}"
        daemon = process_at(pid) if pid and process is not None else None
        supervisord.shut_down()
    except NoAnswer:  # it is already ending
        pid, daemon, where = 0, None, f"at {supervisord.address.url}"
    has_ended = _wait_for_silence(supervisord, grace_s)
    if process is not None:
        has_ended = process.wait(1.0 if has_ended else 0.0)
        if daemon is not None and not daemon.is_gone:
            daemon.kill()
        if not has_ended:
            process.kill()
    elif not has_ended:
        raise DamnitError(
            f"supervisord ({where}) has not exited after {grace_s:.0f} s.",
            hint=f"Run `damnit-daemon stop` on {supervisord.address.host}.",
        )
    ended = [f"the daemon (process {pid})"] if pid else []
    return [*ended, f"supervisord ({where})"]


def _wait_for_silence(supervisord: Supervisord, timeout_s: float) -> bool:
    """Wait until its port no longer responds."""
    address = supervisord.address
    give_up_at = time.monotonic() + timeout_s
    while time.monotonic() < give_up_at:
        try:
            socket.create_connection((address.host, address.port), timeout=5.0).close()
        except OSError:
            return True
        time.sleep(LOOK_EVERY_S)
    return False


def _end_holder(folder: DamnitFolder, lease: Lease, grace_s: float) -> list[str]:
    """End a daemon that survived its supervisord, or had none: it still holds the lease."""
    holder = lease.holder
    alive = is_alive(holder)
    if alive:
        Process(holder.pid, holder.started).end(grace_s=grace_s)
        return [f"the daemon (process {holder.pid}), which no supervisord managed"]
    if alive is None and is_renewed(folder, lease):
        held = LeaseHeld(lease)
        raise DamnitError(held.message, hint=f"Run `damnit-daemon stop` on {holder.host}.")
    return []
