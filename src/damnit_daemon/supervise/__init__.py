"""The daemon under Supervisor: started, looked at, stopped, restarted when it crashes.

Each folder has a supervisord of its own. It listens on one TCP port of the host
it was started on, so the daemon can be looked after from every host that reaches
that one; what is needed for it is in the folder's `supervisord.conf`.

    lease = start(folder)          # returns when the daemon works, and only then
    observe(folder).state(time.time())
    stop(folder)
"""

from .configuration import DAEMON_LOG, PROGRAM
from .log_tail import follow_log, last_lines
from .notify import Notifier
from .observed import Observed, State, observe
from .rpc import NoAnswer, Program, Supervisord
from .starting import START_TIMEOUT_S, StartFailed, daemon_command, start
from .stopping import STOP_TIMEOUT_S, stop

__all__ = [
    "DAEMON_LOG",
    "PROGRAM",
    "START_TIMEOUT_S",
    "STOP_TIMEOUT_S",
    "NoAnswer",
    "Notifier",
    "Observed",
    "Program",
    "StartFailed",
    "State",
    "Supervisord",
    "daemon_command",
    "follow_log",
    "last_lines",
    "observe",
    "start",
    "stop",
]
