"""The text of `supervisord.conf`: write ours, parse any. Pure."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Sequence
from urllib.parse import urlsplit

from ..errors import DamnitError
from .address import Address

PROGRAM = "damnit"
"""DAMNIT's name for the program, for `supervisorctl -c supervisord.conf status damnit`."""

DAEMON_LOG = "amore.log"
SUPERVISORD_LOG = "supervisord.log"
PID_FILE = "supervisord.pid"

STOP_WAIT_S = 30
"""How long the daemon may take to end before it is killed."""

START_S = 2
"""Time after which Supervisor reports a new daemon as RUNNING instead of STARTING. A daemon that
exits sooner, as one that cannot start does, is restarted after a pause, longer each time.
"""

MARK = "; Written by damnit-daemon"

# The program's log path has no `%(here)s`: that would be expanded twice, and fail for a
# folder with a % in its name. supervisord's working directory is the folder.
TEMPLATE = f"""\
{MARK} whenever it starts: changes are lost.
; Who can read this file can stop the daemon.

[supervisord]
directory=%(here)s
logfile=%(here)s/{SUPERVISORD_LOG}
logfile_maxbytes=10MB
logfile_backups=3
pidfile=%(here)s/{PID_FILE}
nocleanup=true
umask={{umask:03o}}

[inet_http_server]
port={{host}}:{{port}}
username={{username}}
password={{password}}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=http://{{host}}:{{port}}
username={{username}}
password={{password}}

[program:{PROGRAM}]
command={{command}}
directory=%(here)s
autorestart=true
startsecs={START_S}
startretries=1000
stopwaitsecs={STOP_WAIT_S}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={DAEMON_LOG}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=5
"""


def configuration_text(address: Address, command: Sequence[str], *, umask: int) -> str:
    """Return the text of the file.

    supervisord gives up after 1000 failed starts, which takes days: after an hour without
    the file system a daemon must recover by itself.

    Args:
        address: Where to listen.
        command: The command to keep running.
        umask: For the logs, and for the daemon.

    Raises:
        DamnitError: If the command cannot be represented in such a file.
    """
    return TEMPLATE.format(
        umask=umask,
        host=address.host,
        port=address.port,
        username=address.username,
        password=address.password,
        command=" ".join(map(quote_word, command)),
    )


def quote_word(word: str) -> str:
    """Quote a word of a command for the shell's syntax inside supervisord's.

    Raises:
        DamnitError: If it is longer than a line.
    """
    if not word.isprintable():
        raise DamnitError(
            f"supervisord cannot handle {word!r}: it contains a non-printable character.",
            hint="Rename the folder.",
        )
    quoted = shlex.quote(word).replace("%", "%%")
    # `;` or `#` after a space would begin a comment, quoted or not; closing and reopening
    # the quotes separates the two.
    return re.sub(r"(?<=\s)(?=[;#])", "''", quoted)


def parse_address(text: str) -> Address | None:
    """Find the address in a configuration, ours or DAMNIT's; None if it has none."""
    parser = configparser.RawConfigParser(strict=False, inline_comment_prefixes=(";", "#"))
    try:
        parser.read_string(text)
        values = dict(parser["supervisorctl"])
        url = urlsplit(values["serverurl"])
        if url.scheme != "http" or not url.hostname or not url.port:
            return None
    except (configparser.Error, KeyError, ValueError):
        return None
    return Address(url.hostname, url.port, values.get("username", ""), values.get("password", ""))


def is_ours(text: str) -> bool:
    """Return True if we wrote it; DAMNIT's own has the same name."""
    return text.startswith(MARK)
