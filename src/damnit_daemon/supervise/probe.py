"""Probe a folder's daemon: its supervisord, its lease, its processes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ..errors import DamnitError
from ..ledger import Lease, LeaseWatch, Ledger, is_alive, load_lease
from ..paths import DamnitFolder
from ..store import StoreError
from .conf_io import CONF_NAME, load_conf
from .conf_text import PID_FILE
from .processes import Process, process_at
from .rpc import ENDED_STATES, NoAnswer, Program, Supervisord

LEDGER_TIMEOUT_S = 5.0
WATCH_S = 6.0
"""How long to watch for a renewal of another host's lease: several renewal intervals."""

WATCH_EVERY_S = 0.5


class DaemonState(StrEnum):
    """State of a daemon, as one word."""

    WORKING = "working"
    STARTING = "starting"
    CRASHED = "crashed"
    """It exited by itself; supervisord restarts it, or gave up."""
    SILENT = "silent"
    """It exists, but no longer renews its lease."""
    STOPPED = "stopped"


@dataclass(frozen=True)
class DaemonProbe:
    """Observations at one moment."""

    supervisord: Supervisord | None = None
    """The supervisord that responds at the address in the folder's configuration."""
    supervisord_process: Process | None = None
    """The supervisord for this folder on this machine, responding or not."""
    is_ours: bool = True
    """False if DAMNIT itself wrote the configuration."""
    program: Program | None = None
    lease: Lease | None = None
    holder_alive: bool | None = None
    """True if the holder of the lease is alive; None if that cannot be known from here."""
    no_answer: str = field(default="")
    """Why there is no `supervisord`; empty without an address."""

    @property
    def is_alone(self) -> bool:
        """True if a daemon runs here without a supervisord."""
        return self.holder_alive is True and not self.is_supervised

    @property
    def is_supervised(self) -> bool:
        """True if the holder of the lease is supervisord's program."""
        if self.program is None or self.lease is None:
            return False
        return self.program.pid == self.lease.holder.pid

    def state(self, now: float) -> DaemonState:
        """Derive the state.

        Args:
            now: Unix seconds UTC. A host whose clock differs by more than a minute
                counts as silent.
        """
        lease, program = self.lease, self.program
        is_running = program is not None and program.pid != 0
        if lease is not None and self.holder_alive is not False:
            if not lease.looks_stale(now):
                return DaemonState.WORKING
            if self.holder_alive or (is_running and self.is_supervised):
                return DaemonState.SILENT
        if program is None or program.state == "STOPPED":
            return DaemonState.STOPPED
        return DaemonState.CRASHED if program.state in ENDED_STATES else DaemonState.STARTING


def observe(folder: DamnitFolder) -> DaemonProbe:
    """Probe the daemon; changes nothing, and takes seconds only if a host does not respond.

    The configuration contains a password: for users who may not read it, the lease is the only
    source.
    """
    conf, supervisord, program, no_answer = None, None, None, ""
    try:
        conf = load_conf(folder)
    except DamnitError as error:
        no_answer = error.message
    if conf is not None and conf.address is not None:
        supervisord = Supervisord(conf.address)
        try:
            program = supervisord.load_program()
        except NoAnswer as error:
            supervisord, no_answer = None, error.message
    lease = read_lease(folder)
    return DaemonProbe(
        supervisord,
        find_supervisord(folder),
        conf is None or conf.is_ours,
        program,
        lease,
        None if lease is None else is_alive(lease.holder),
        no_answer,
    )


def read_lease(folder: DamnitFolder) -> Lease | None:
    """Read the lease; None also if the ledger is missing or cannot be read now."""
    ledger = Ledger(folder.ledger, timeout_s=LEDGER_TIMEOUT_S)
    try:
        with ledger.reading() as con:
            return load_lease(con)
    except StoreError:
        return None


def find_supervisord(folder: DamnitFolder) -> Process | None:
    """Find the supervisord of a folder on this machine, from its files in the folder."""
    try:
        pid = int((folder.path / PID_FILE).read_text("ascii"))
    except (OSError, ValueError):
        return None
    process = process_at(pid)
    return process if process is not None and _is_for(process, folder) else None


def is_renewed(folder: DamnitFolder, lease: Lease) -> bool:
    """Watch for a renewal of a lease: then its holder is running, on whichever host."""
    watch = LeaseWatch()
    watch.observe(lease, time.monotonic())
    give_up_at = time.monotonic() + WATCH_S
    while time.monotonic() < give_up_at:
        time.sleep(WATCH_EVERY_S)
        now = read_lease(folder)
        if now is not None:
            watch.observe(now, time.monotonic())
        if watch.moved:
            return True
    return False


def _is_for(process: Process, folder: DamnitFolder) -> bool:
    conf = folder.path / CONF_NAME
    for argument in process.command_line():
        if argument.endswith(CONF_NAME):
            try:
                return Path(argument).is_absolute() and Path(argument).samefile(conf)
            except OSError:
                return False
    return False
