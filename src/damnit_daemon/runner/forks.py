"""Resources that a forked child lacks: threads, pools and devices its parent was using.

Waiting for them never ends. If they are detected, a job runs in a new Python that loads the
context file anew; if not, a deadlocked child is detected by the state of
its threads (see `processes.lock_waits`), and its job is repeated in a new Python.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from .processes import thread_names
from .protocol import RunnerJob, encode

POOLS = ("polars", "rayon", "tokio")
"""Thread names of native pools that do not survive a fork; those of BLAS do."""
DEVICES = "/dev/nvidia"


def obstacles() -> list[str]:
    """Return the resources in use by this process that would deadlock a forked child."""
    found = []
    others = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
    if others:
        found.append(f"threads ({_listed(others)})")
    pools = [name for name in thread_names() if name.startswith(POOLS)]
    if pools:
        found.append(f"a pool of threads ({_listed(pools)})")
    if any(target.startswith(DEVICES) for target in _open_files()):
        found.append("a GPU (CUDA)")
    return found


def _listed(names: list[str], most: int = 2) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _open_files() -> Iterator[str]:
    try:
        links = list(Path("/proc/self/fd").iterdir())
    except OSError:
        return
    for link in links:
        try:
            yield str(link.readlink())
        except OSError:
            pass


class OwnPython:
    """Starts a new Python for a job, as this one was started."""

    def __init__(self, runner: list[str], folder: Path) -> None:
        """Record the environment before the context file is loaded, which may change it.

        Args:
            runner: The interpreter, and the program of the runner.
            folder: The DAMNIT folder.
        """
        self._command = [*runner, "once"]
        self._folder = folder
        self._environment = dict(os.environ)
        self._directory = os.path.realpath(".")

    def start(self, job: RunnerJob, context: Path, events: int) -> int:
        """Start it in its own process group; return its process id."""
        with tempfile.TemporaryFile() as file:
            file.write(encode(job))
            file.flush()
            file.seek(0)
            arguments = ["--events-fd", str(events), "--folder", str(self._folder)]
            arguments += ["--context", str(context), "--directory", self._directory]
            os.set_inheritable(events, True)
            return os.posix_spawn(
                self._command[0],
                [*self._command, *arguments],
                self._environment,
                file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), 0)],
                setpgroup=0,
            )
