"""Combine copies of a folder, each in a child that is killed at another point of the work.

    python killed.py FOLDER COUNT

The folder's copies are FOLDER-0, FOLDER-1, ...; for each, the place of death is printed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from damnit_daemon.combine import combine_folder
from damnit_daemon.paths import DamnitFolder


class Fate:
    """Counts the function calls of this process and kills it at the given one."""

    def __init__(self, last: float) -> None:
        self.calls = 0
        self.last = last

    def __call__(self, frame, event, argument) -> None:
        if not event.endswith("call"):
            return
        self.calls += 1
        if self.calls >= self.last:
            print(frame.f_code.co_filename.rpartition("/")[2], frame.f_code.co_name, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)


def combine(folder: Path, last: float) -> int:
    fate = Fate(last)
    sys.setprofile(fate)
    combine_folder(DamnitFolder(folder))
    sys.setprofile(None)
    return fate.calls


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    rehearsal = folder.with_name("rehearsal")
    # Twice: the first time, modules are imported.
    for _ in range(2):
        shutil.copytree(folder, rehearsal)
        calls = combine(rehearsal, float("inf"))
        shutil.rmtree(rehearsal)
    # Spread over all the work, and closely over its last steps, which are quick.
    points = [1 + i * calls // count for i in range(count)]
    points += [calls - step for step in range(60, 0, -4)]
    for i, point in enumerate(points):
        copy = folder.with_name(f"{folder.name}-{i}")
        shutil.copytree(folder, copy)
        child = os.fork()
        if child == 0:
            combine(copy, point)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            sys.exit(f"child {i} ended with {status}")


if __name__ == "__main__":
    main()
