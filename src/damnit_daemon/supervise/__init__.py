"""Run the daemon under Supervisor: start, probe and stop it; restart it when it crashes.

Each folder has its own supervisord. It listens on one TCP port of the host it was
started on, so the daemon can be managed from every host that reaches that one; the
address and credentials are in the folder's `supervisord.conf`.

    lease = start(folder)          # returns once the daemon is running, and only then
    observe(folder).state(time.time())
    stop(folder)
"""

from .conf_text import DAEMON_LOG, PROGRAM
from .log_tail import follow_log, last_lines
from .probe import DaemonProbe, DaemonState, observe, read_lease
from .rpc import NoAnswer, Program, Supervisord
from .sd_notify import Notifier
from .start import START_TIMEOUT_S, StartFailed, daemon_command, start
from .stop import STOP_TIMEOUT_S, stop

__all__ = [
    "DAEMON_LOG",
    "PROGRAM",
    "START_TIMEOUT_S",
    "STOP_TIMEOUT_S",
    "DaemonProbe",
    "DaemonState",
    "NoAnswer",
    "Notifier",
    "Program",
    "StartFailed",
    "Supervisord",
    "daemon_command",
    "follow_log",
    "last_lines",
    "observe",
    "read_lease",
    "start",
    "stop",
]
