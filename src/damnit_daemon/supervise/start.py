"""Start the daemon under the folder's own supervisord, and check that it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from ..errors import DamnitError
from ..ledger import EXPIRES_S, Lease, LeaseHeld
from ..own_python import module_command
from ..paths import DamnitFolder
from .address import candidate_ports
from .conf_io import conf_path, keep_foreign_conf, load_conf
from .conf_text import DAEMON_LOG
from .launch import LAUNCH_TIMEOUT_S, launch_supervisord
from .lock import supervise_lock
from .log_tail import last_lines
from .probe import DaemonProbe, is_renewed, observe, read_lease
from .rpc import ENDED_STATES, NoAnswer, Program, Supervisord
from .stop import end_supervisord

START_TIMEOUT_S = 60.0
"""How long to wait until the daemon runs: Python may load from a slow file system."""

ANSWER_TIMEOUT_S = 10.0
LOOK_EVERY_S = 0.1
LOG_LINES = 15


class StartFailed(DamnitError):  # noqa: N818 – house style
    """The daemon did not start; no part of it is running.

    Attributes:
        log_lines: Its last log lines.
    """

    def __init__(self, reason: str, log_lines: Sequence[str], *, hint: str = "") -> None:
        super().__init__(f"The daemon did not start: {reason}.", hint=hint)
        self.log_lines = list(log_lines)


def daemon_command(folder: DamnitFolder) -> list[str]:
    """Return the command that supervisord keeps running."""
    return module_command("damnit_daemon.cli", "--in", str(folder.path.absolute()), "run")


def start(
    folder: DamnitFolder,
    *,
    command: Sequence[str] | None = None,
    prepare: Callable[[], object] | None = None,
    report: Callable[[str], object] = lambda _: None,
    timeout_s: float = START_TIMEOUT_S,
    ports: Iterator[int] | None = None,
) -> Lease:
    """Start the daemon of a folder; returns once it is running, and only then.

    Args:
        folder: The DAMNIT folder; it must exist.
        command: Run instead of `daemon_command`.
        prepare: Called before the start, once it is certain that no daemon runs here.
        report: Receives progress messages for the user.
        timeout_s: How long it may take to start.
        ports: Ports to try, in order.

    Returns:
        The daemon's lease.

    Raises:
        LeaseHeld: If a daemon already runs here; names it.
        StartFailed: If it does not start; no process is left running then.
        DamnitError: If the folder is not writable, and so on.
    """
    with supervise_lock(folder, timeout_s=timeout_s):
        load_conf(folder)  # fails for users who may not read it: they cannot stop the daemon
        seen = observe(folder)
        timeout_s += _refuse_second(folder, seen, report)
        if prepare is not None:
            prepare()
        if seen.supervisord is not None:
            end_supervisord(seen, grace_s=LAUNCH_TIMEOUT_S)  # it supervises no program
        copy = keep_foreign_conf(folder)
        if copy is not None:
            report(
                f"{conf_path(folder).name} was not written by damnit-daemon; it is kept as "
                f"{copy.name}"
            )
        return _start(
            folder,
            command or daemon_command(folder),
            candidate_ports() if ports is None else ports,
            old=seen.lease,
            timeout_s=timeout_s,
        )


def _refuse_second(
    folder: DamnitFolder, seen: DaemonProbe, report: Callable[[str], object]
) -> float:
    """Check that no daemon runs here; return how long an old lease may delay the new one."""
    lease, program = seen.lease, seen.program
    if seen.supervisord is None and seen.supervisord_process is not None:
        raise DamnitError(
            f"A supervisord runs for this folder (process {seen.supervisord_process.pid}), but "
            "does not respond.",
            hint="Stop it with `damnit-daemon stop`.",
        )
    if seen.is_alone and lease is not None:
        raise _held_alone(lease)
    if program is not None and program.is_kept_running:
        if not seen.is_ours:
            raise DamnitError(
                f"DAMNIT's own listener is running in this folder ({program.description}).",
                hint="Two would process each run twice. Stop it with `damnit-daemon stop`.",
            )
        if lease is not None and seen.is_supervised:
            raise LeaseHeld(lease)
        where = "" if seen.supervisord is None else f" on {seen.supervisord.address.host}"
        raise DamnitError(
            f"A daemon is already managed in this folder by supervisord{where}: "
            f"{program.state}, {program.description}.",
            hint="See `damnit-daemon logs`, or stop it with `damnit-daemon stop`.",
        )
    if lease is None or seen.holder_alive is False:
        return 0.0
    if is_renewed(folder, lease):
        raise LeaseHeld(lease)
    report(
        f"process {lease.holder.pid} on {lease.holder.host} exited without releasing its lease, "
        f"which expires in {EXPIRES_S:.0f} s"
    )
    return EXPIRES_S


def _held_alone(lease: Lease) -> DamnitError:
    held = LeaseHeld(lease)
    return DamnitError(
        f"{held.message} No supervisord manages it.",
        hint="If it was not started with `damnit-daemon run`, its supervisord was killed: run "
        "`damnit-daemon stop`, then start again.",
    )


def _start(
    folder: DamnitFolder,
    command: Sequence[str],
    ports: Iterator[int],
    *,
    old: Lease | None,
    timeout_s: float,
) -> Lease:
    log = folder.path / DAEMON_LOG
    logged_bytes = log.stat().st_size if log.exists() else 0
    try:
        supervisord = launch_supervisord(folder, command, ports)
        reason = _wait_until_it_works(folder, supervisord, old, timeout_s)
    except BaseException:
        _end(folder)
        raise
    if isinstance(reason, Lease):
        return reason
    _end(folder)
    lines = last_lines(log, LOG_LINES, after_byte=logged_bytes)
    raise StartFailed(reason, lines, hint=f"Its log is {log}.")


def _wait_until_it_works(
    folder: DamnitFolder, supervisord: Supervisord, old: Lease | None, timeout_s: float
) -> Lease | str:
    """Wait for the first renewal of a new lease; else return why there is none."""
    began = time.monotonic()
    first_pid = 0
    while (waited_s := time.monotonic() - began) < timeout_s:
        program = None
        try:
            program = supervisord.load_program()
        except NoAnswer as error:
            if waited_s > ANSWER_TIMEOUT_S:
                return f"its supervisord exited: {error.message.rstrip('.')}"
        if program is not None:
            first_pid = first_pid or program.pid
            if program.state in ENDED_STATES or program.pid != first_pid:
                return f"it exited at once ({program.description})"
            lease = read_lease(folder)
            is_up = program.state == "RUNNING"  # then `supervisorctl status` says so, too
            if is_up and lease is not None and _is_first_renewal(lease, program, old):
                return lease
        time.sleep(LOOK_EVERY_S)
    return f"it did not respond within {timeout_s:.0f} s"


def _is_first_renewal(lease: Lease, program: Program, old: Lease | None) -> bool:
    is_new = old is None or lease.token != old.token
    return is_new and lease.beats > 0 and lease.holder.pid == program.pid


def _end(folder: DamnitFolder) -> None:
    """End the processes of a failed start, as far as possible."""
    try:
        end_supervisord(observe(folder), grace_s=LAUNCH_TIMEOUT_S)
    except DamnitError:
        pass  # the cause of the failed start matters more
