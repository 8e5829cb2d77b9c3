"""Check that the files of a run end together: by their trains, and by the raw files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ..errors import DamnitError
from ..launch.reader_process import ReaderPool
from .completeness import NAME

TRAINS_APART = 50
"""How many trains apart the aggregators of a complete run may end: 5 s."""
MOST_AGGREGATORS = 100
LONGEST_S = 10.0
"""Limit on reading; files not read by then are ignored."""

LastTrains = Callable[[Iterable[Path]], Mapping[Path, int]]
"""Reads the last train of files."""


class EarlyEnd(NamedTuple):
    """An aggregator whose files end before those of the others."""

    aggregator: str
    reason: str


def read_last_trains(paths: Iterable[Path]) -> dict[Path, int]:
    """Read the last train of files, in a separate process."""
    until_s = time.monotonic() + LONGEST_S
    found: dict[Path, int] = {}
    with closing(ReaderPool()) as pool:
        answers = pool.stream(
            "last_trains", list(paths), is_cancelled=lambda: time.monotonic() > until_s
        )
        try:
            found.update(answers)
        except DamnitError:  # a file ended the process: return those already read
            pass
    return found


def early_ends(
    folder: Path,
    names: Iterable[str],
    raw_names: Iterable[str] = (),
    last_trains: LastTrains = read_last_trains,
) -> list[EarlyEnd]:
    """Find the aggregators whose files end early.

    Args:
        folder: Folder with the files.
        names: Names of the files.
        raw_names: For corrected files: names in the folder with the raw ones.
        last_trains: Reads the files.
    """
    last, last_raw = _last_files(names), _last_files(raw_names)
    found = {}
    for aggregator, (number, name) in last.items():
        if last_raw.get(aggregator, (0, ""))[0] > number:
            missing = f"{name.rpartition('-')[0]}-S{number + 1:05d}.h5"
            found[aggregator] = EarlyEnd(aggregator, f"{missing} is missing")
    files = {a: folder / name for a, (_, name) in list(last.items())[:MOST_AGGREGATORS]}
    trains = last_trains(files.values()) if len(files) > 1 else {}
    newest = max(trains.values(), default=0)
    for aggregator, path in files.items():
        behind = newest - trains.get(path, newest)
        if behind > TRAINS_APART:
            stem = path.name.rpartition("-")[0]
            reason = f"{stem} ends {behind} trains before the others"
            found.setdefault(aggregator, EarlyEnd(aggregator, reason))
    return list(found.values())


def _last_files(names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return the highest number of each aggregator's files, and the name of that file."""
    last: dict[str, tuple[int, str]] = {}
    for name in names:
        if match := NAME.fullmatch(name):
            last[match[2]] = max(last.get(match[2], (-1, "")), (int(match[3]), name))
    return dict(sorted(last.items()))
