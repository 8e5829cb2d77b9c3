"""Launch a supervisord with a new configuration."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Iterator, Sequence

from ..errors import DamnitError
from ..own_python import module_command, own_environment
from ..paths import DamnitFolder
from .address import Address, new_address, this_host
from .conf_io import check_logs, conf_path, write_conf
from .conf_text import configuration_text
from .rpc import Supervisord

LAUNCH_TIMEOUT_S = 30.0
PORT_ATTEMPTS = 50

PORT_IN_USE = "already listening on"
"""Part of supervisord's message if its port is taken."""


def launch_supervisord(
    folder: DamnitFolder, command: Sequence[str], ports: Iterator[int]
) -> Supervisord:
    """Start a supervisord on the first of the ports that is free.

    Raises:
        DamnitError: If it does not start; gives the reason.
    """
    check_logs(folder)
    host = this_host()
    umask = ~stat.S_IMODE(folder.path.stat().st_mode) & 0o777  # same access as the folder
    for port, _ in zip(ports, range(PORT_ATTEMPTS), strict=False):
        address = new_address(host, port)
        write_conf(folder, configuration_text(address, command, umask=umask))
        if _run_supervisord(folder, address, umask):
            return Supervisord(address)
    raise DamnitError(f"supervisord found no free port on {host}.")


def _run_supervisord(folder: DamnitFolder, address: Address, umask: int) -> bool:
    """Run supervisord, which daemonizes; False if its port is taken."""
    conf = conf_path(folder)
    try:
        done = subprocess.run(
            module_command("supervisor.supervisord", "-c", str(conf)),
            env=own_environment(),
            cwd=conf.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LAUNCH_TIMEOUT_S,
            umask=umask,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DamnitError(f"supervisord cannot be started: {error}.") from error
    if done.returncode == 0:
        return True
    output = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    if PORT_IN_USE in output:
        return False
    last = output.splitlines()[0] if output else f"exit code {done.returncode}"
    raise DamnitError(f"supervisord did not start at {address.url}: {last}")
