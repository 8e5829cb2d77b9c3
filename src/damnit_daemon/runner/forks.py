"""What a forked child does not have: the threads, pools and devices that its parent began to use.

Whoever waits for them waits for ever. Where they can be seen, a job is done in a Python of its
own, which loads the context file anew; where not, a child that waits in vain is found by what
its threads do (see `processes.lock_waits`), and its job is done again in such a one.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from .processes import thread_names
from .protocol import Job, encode

POOLS = ("polars", "rayon", "tokio")
"""How threads of native pools are called that do not survive a fork; those of BLAS do."""
DEVICES = "/dev/nvidia"


def obstacles() -> list[str]:
    """Say what this process began to use that a forked child would wait for in vain."""
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
    """Starts a Python of its own for a job, as this one was started."""

    def __init__(self, runner: list[str], folder: Path) -> None:
        """Note how things are before the context file is loaded, which may change them.

        Args:
            runner: The interpreter, and the program of the runner.
            folder: The DAMNIT folder.
        """
        self._command = [*runner, "once"]
        self._folder = folder
        self._environment = dict(os.environ)
        self._directory = os.path.realpath(".")

    def start(self, job: Job, context: Path, events: int) -> int:
        """Start it, in a process group of its own; its process id."""
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
