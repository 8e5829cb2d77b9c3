"""Where files of the DAQ end: the last train of each.

They are foreign: read by a process of its own (`launch.ReaderPool`), never by the daemon.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import h5py

TRAIN_IDS = "INDEX/trainId"
MOST_TRAINS = 100_000
"""Of a longer list the end is read; a file of the DAQ has some hundred."""
LARGEST = 2**62


def last_trains(
    paths: Iterable[Path], is_cancelled: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Path, int]]:
    """Give the last train ID of each file; those that have none, or cannot be read, are left out.

    Args:
        paths: The files.
        is_cancelled: Asked before each; ends the iteration.
    """
    for path in paths:
        if is_cancelled():
            return
        try:
            train = _last_train(path)
        except (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError):
            continue  # whatever a damaged file brings about: it tells nothing
        if train:
            yield path, train


def _last_train(path: Path) -> int:
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
        return 0
    with h5py.File(path, "r", locking=False) as file:
        found = file[TRAIN_IDS]
        if found.dtype.kind not in "iu" or found.ndim != 1:
            return 0
        trains = found[-MOST_TRAINS:]
        trains = trains[(trains > 0) & (trains < LARGEST)]  # zeros fill up what is not written
        return int(trains.max()) if trains.size else 0
