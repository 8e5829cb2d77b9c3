"""Read and control the daemon; for workers only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    ACTIVE,
    Job,
    JobState,
    LeaseHeld,
    Ledger,
    LedgerMissing,
    load_counters,
    load_jobs,
)
from damnit_daemon.logs import LogFile
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.settings import KNOWN, parse_setting
from damnit_daemon.store import Database, delete_setting, load_settings, save_setting
from damnit_daemon.supervise import DAEMON_LOG, StartFailed, observe, start, stop

from ..data.folder_warnings import load_folder_warnings
from .facts import DaemonFacts

TIMEOUT_S = 5.0
NEXT_START = "A running daemon uses it after a restart (R)."


class DaemonCommand(StrEnum):
    """A command for the daemon's process."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


@dataclass(frozen=True)
class SettingChange:
    """Another value for a setting."""

    key: str
    text: str
    """As typed; empty for the default."""


class DaemonService:
    """The daemon of one folder."""

    def __init__(self, folder: DamnitFolder) -> None:
        self._folder = folder
        self._database = Database(folder.database, timeout_s=TIMEOUT_S)
        self._ledger = Ledger(folder.ledger, timeout_s=TIMEOUT_S)

    def log(self) -> LogFile:
        """Open the daemon's log."""
        return LogFile(self._folder.path / DAEMON_LOG)

    def read(self) -> DaemonFacts:
        """Collect the daemon's state; read errors are part of it."""
        counters: dict[str, int] = {}
        jobs: list[Job] = []
        try:
            seen = observe(self._folder)
            with self._database.reading() as con:
                settings = load_settings(con)
            try:
                with self._ledger.reading() as con:
                    counters = load_counters(con)
                    jobs = load_jobs(con, states=(JobState.QUEUED, *ACTIVE))
            except LedgerMissing:
                pass
        except DamnitError as error:
            return DaemonFacts(problem=error.message)
        warnings = load_folder_warnings(self._folder)
        return DaemonFacts(seen, settings, counters, jobs, warnings=warnings)

    def carry_out(
        self, command: DaemonCommand | SettingChange, notify: Callable[[str], object]
    ) -> str:
        """Carry out a command; return what was done.

        Raises:
            DamnitError: If that fails.
        """
        match command:
            case SettingChange():
                return self.save(command.key, command.text)
            case DaemonCommand.START:
                return self.start(notify)
            case DaemonCommand.STOP:
                return self.stop()
            case DaemonCommand.RESTART:
                return self.restart(notify)

    def start(self, notify: Callable[[str], object]) -> str:
        """Start the daemon; return which process is running then.

        Raises:
            DamnitError: If it does not start; with its last output.
        """
        try:
            lease = start(self._folder, report=notify)
        except LeaseHeld as held:
            holder = held.lease.holder
            return f"The daemon is already running: process {holder.pid} on {holder.host}."
        except StartFailed as error:
            last_lines = "\n".join(error.log_lines[-3:])
            raise DamnitError(f"{error.message}\n{last_lines}".rstrip(), hint=error.hint) from error
        return f"The daemon is running: process {lease.holder.pid} on {lease.holder.host}."

    def stop(self) -> str:
        """Stop the daemon; return what was ended.

        Raises:
            DamnitError: If it cannot be reached.
        """
        ended = stop(self._folder)
        return f"Stopped: {', '.join(ended)}." if ended else "No daemon is running."

    def restart(self, notify: Callable[[str], object]) -> str:
        """Stop the daemon if it is running, and start it."""
        stop(self._folder)
        return self.start(notify)

    def save(self, key: str, text: str) -> str:
        """Validate and save a setting; an empty value resets it. Returns the effective value.

        Raises:
            DamnitError: If the value is not valid, or the database cannot be written.
        """
        value = parse_setting(key, text) if text else None
        with self._database.writing() as con:
            if value is None:
                delete_setting(con, key)
            else:
                save_setting(con, key, value)
        told = f"{key} set to {value}." if text else f"{key} reset to its default."
        needs_restart = key in KNOWN and KNOWN[key].needs_restart
        return f"{told} {NEXT_START}" if needs_restart else told
