"""Last train ID of each DAQ file.

DAQ files are foreign: a separate process (`launch.ReaderPool`) reads them, never the daemon.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import h5py

TRAIN_IDS = "INDEX/trainId"
MOST_TRAINS = 100_000
"""Only the end of a longer list is read; a DAQ file has a few hundred."""
LARGEST = 2**62


def last_trains(
    paths: Iterable[Path], is_cancelled: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Path, int]]:
    """Yield the last train ID of each file, skipping files that have none or cannot be read.

    Args:
        paths: Files to read.
        is_cancelled: Called before each file; True ends the iteration.
    """
    for path in paths:
        if is_cancelled():
            return
        try:
            train = _last_train(path)
        except (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError):
            continue  # any error of a damaged file: it has no train ID
        if train:
            yield path, train


def _last_train(path: Path) -> int:
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would block
        return 0
    with h5py.File(path, "r", locking=False) as file:
        found = file[TRAIN_IDS]
        if found.dtype.kind not in "iu" or found.ndim != 1:
            return 0
        trains = found[-MOST_TRAINS:]
        trains = trains[(trains > 0) & (trains < LARGEST)]  # zeros pad the unwritten part
        return int(trains.max()) if trains.size else 0
