"""Scan a proposal's folders, with as few reads as possible.

Machines that share storage are not notified of each other's writes: so it is
polled, and each poll must be cheap.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ..ledger import TakenFiles
from ..model import RunKey

FRESH_S = 2.0
"""A changed folder is read again for this long: two changes may have the same timestamp."""

READ_AGAIN_S = 60.0
"""A folder is read again after this time, changed or not: some storage updates times late."""

NEW_S = 60.0
"""How long a run is new; new runs are read more often."""

RESCAN_S = 5.0
"""How often a run that is not new is read: it may stay empty for years."""

RESCAN_RARELY_S = 600.0
"""How often a run processed long ago is read: it may be corrected again."""

OLD_S = 86_400.0
"""A folder unchanged for this long contains no growing file."""

Place = tuple[RunKey, str]
"""A run, and `raw` or `proc`."""


class RunFiles(NamedTuple):
    """Contents of a run's folder, as far as needed to detect changes."""

    place: Place
    hdf5_files: int
    files: int
    size_bytes: int
    newest_ns: int
    """Time of their last change, by the clock of the storage."""
    data_ns: int = 0
    """The same for the HDF5 files alone: a program that opens a run may leave a map of it there."""
    data_bytes: int = 0
    """Their size."""
    folder_ns: int = 0
    """Time of the last change of the folder itself."""

    @property
    def data_at(self) -> float:
        """`data_ns` in Unix seconds."""
        return self.data_ns / 1e9


class FolderNames:
    """Names in a folder; read again only if its timestamp has changed, or may be wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.changed_ns = -1
        self._changed_s = 0.0
        self._read_s = 0.0
        self._names: list[str] = []

    def read(self, now_s: float) -> tuple[list[str], bool]:
        """Return the names, and True if they were read again.

        Raises:
            OSError: If it cannot be read, or does not exist.
        """
        changed_ns = self.path.stat().st_mtime_ns
        if changed_ns != self.changed_ns:
            self._changed_s = now_s
        elif now_s - self._changed_s > FRESH_S and now_s - self._read_s < READ_AGAIN_S:
            return self._names, False
        self._names = os.listdir(self.path)  # noqa: PTH208 – thousands of names; Path objects cost
        self.changed_ns, self._read_s = changed_ns, now_s
        return self._names, True


class KindFolder:
    """`raw` or `proc` of a proposal.

    Args:
        proposal_folder: Its parent folder.
        proposal: Number of the proposal.
        kind: `raw` or `proc`.
        rescan_s: How often a new run is read.
        clock: Unix seconds; only used to find what is older than a day.
    """

    def __init__(
        self,
        proposal_folder: Path,
        proposal: int,
        kind: str,
        *,
        rescan_s: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._kind = kind
        self._proposal = proposal
        self._names = FolderNames(proposal_folder / kind)
        self._rescan_s = rescan_s
        self._clock = clock
        self._runs: dict[int, _RunFolder] = {}
        """The runs that were not yet seen when the names were read."""

    def scan(self, seen: Container[Place], now_s: float) -> Iterator[RunFiles]:
        """Yield the contents of runs that are not yet seen.

        Raises:
            OSError: If the folder cannot be read; it need not exist.
        """
        try:
            names, is_new = self._names.read(now_s)
        except FileNotFoundError:
            self._runs.clear()
            return
        numbers = map(_run_number, names) if is_new else list(self._runs)
        unseen: dict[int, _RunFolder] = {}
        for run in numbers:
            place = (RunKey(self._proposal, run), self._kind)
            if run and place not in seen:
                unseen[run] = self._runs.get(run) or _RunFolder(self._names.path, place, now_s)
        self._runs = unseen
        for folder in unseen.values():
            if files := folder.poll(now_s, self._clock(), self._rescan_s):
                yield files


class _RunFolder:
    """The folder of one run."""

    def __init__(self, parent: Path, place: Place, now_s: float) -> None:
        self._place = place
        self._names = FolderNames(parent / run_folder_name(place[0].run))
        self._first_s = now_s
        self._next_s = now_s
        self._files: RunFiles | None = None

    def changed_ns(self) -> int:
        """Return the time of the folder's last change; raises `OSError` if it does not exist."""
        return self._names.path.stat().st_mtime_ns

    def poll(self, now_s: float, unix_s: float, rescan_s: float) -> RunFiles | None:
        """Return its contents, possibly from a moment ago; None if they are unknown."""
        if now_s < self._next_s:
            return self._files
        is_new = now_s - self._first_s < NEW_S
        self._next_s = now_s + (rescan_s if is_new else RESCAN_S)
        try:
            self._files = self._read(now_s, unix_s)
        except OSError:
            self._files = None
        return self._files

    def _read(self, now_s: float, unix_s: float) -> RunFiles:
        names, _ = self._names.read(now_s)
        hdf5_files = sum(map(_is_data, names))
        folder_ns = self._names.changed_ns
        if not hdf5_files or unix_s - folder_ns / 1e9 > OLD_S:
            return RunFiles(
                self._place, hdf5_files, len(names), 0, folder_ns, folder_ns, 0, folder_ns
            )
        return self._count(names, folder_ns)

    def count(self) -> RunFiles:
        """Return its present contents, file by file, however old it is.

        Raises:
            OSError: If it cannot be read.
        """
        names, _ = self._names.read(self._next_s)
        return self._count(names, self._names.changed_ns)

    def _count(self, names: list[str], folder_ns: int) -> RunFiles:
        found = {name: status for name in names if (status := self._status(name))}
        data = [status for name, status in found.items() if _is_data(name)]
        return RunFiles(
            self._place,
            len(data),
            len(found),
            sum(status.st_size for status in found.values()),
            max((status.st_mtime_ns for status in found.values()), default=folder_ns),
            max((status.st_mtime_ns for status in data), default=folder_ns),
            sum(status.st_size for status in data),
            folder_ns,
        )

    def _status(self, name: str) -> os.stat_result | None:
        try:
            status = os.stat(f"{self._names.path}/{name}")  # noqa: PTH116 – see above
        except FileNotFoundError:
            return None
        return status if stat.S_ISREG(status.st_mode) else None


def _is_data(name: str) -> bool:
    return name.endswith(".h5") and name[0] != "."


def scan_run(proposal_folder: Path, place: Place) -> RunFiles | None:
    """Return the present contents of one run's folder; None if they are unknown."""
    return _RunFolder(proposal_folder / place[1], place, 0.0).poll(0.0, time.time(), 0.0)


def count_files(proposal_folder: Path, place: Place) -> RunFiles | None:
    """Return the same, file by file, however old the files are."""
    try:
        return _RunFolder(proposal_folder / place[1], place, 0.0).count()
    except OSError:
        return None


class TakenRuns:
    """Runs taken by a job, polled for changes: less often the longer they are unchanged.

    Args:
        proposal_folder: Contains `raw` and `proc`.
        rescan_s: How often a run that has just changed is polled.
        clock: Unix seconds.
    """

    def __init__(
        self,
        proposal_folder: Path,
        *,
        rescan_s: float = RESCAN_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = proposal_folder
        self._rescan_s = rescan_s
        self._clock = clock
        self._next_s: dict[Place, float] = {}
        self._changed: dict[Place, RunFiles] = {}

    def scan(self, processed: Mapping[Place, TakenFiles], now_s: float) -> Iterator[RunFiles]:
        """Yield runs whose files differ from those that a job has seen, or are more."""
        for place, files in processed.items():
            if place not in self._next_s:
                self._next_s[place] = now_s + self._first_pause_s(place, files)
            if now_s >= self._next_s[place]:
                self._scan(place, files, now_s)
            if (found := self._changed.get(place)) and has_changed(found, files):
                yield found

    def _scan(self, place: Place, files: TakenFiles, now_s: float) -> None:
        self._changed.pop(place, None)
        self._next_s[place] = now_s + self._pause_s(files)
        folder = _RunFolder(self._folder / place[1], place, now_s)
        try:
            if folder.changed_ns() == files.folder_ns and self._age_s(files) > OLD_S:
                return
            found = folder.count()
        except OSError:  # missing, perhaps temporarily
            return
        if has_changed(found, files):
            self._changed[place] = found
            self._next_s[place] = now_s + self._rescan_s

    def _pause_s(self, files: TakenFiles) -> float:
        return min(max(self._rescan_s, self._age_s(files) / 20), RESCAN_RARELY_S)

    def _first_pause_s(self, place: Place, files: TakenFiles) -> float:
        """Spread the first polls: an earlier daemon may leave thousands of runs."""
        pause_s = self._pause_s(files)
        spread = place[0].run * 0.618 % 1.0
        return pause_s * spread if pause_s > self._rescan_s else 0.0

    def _age_s(self, files: TakenFiles) -> float:
        newest_ns = max(files.newest_ns, files.folder_ns)
        return max(0.0, self._clock() - newest_ns / 1e9)


def has_changed(files: RunFiles, processed: TakenFiles) -> bool:
    """Return True if files were added or changed since a job has seen them; not if only removed."""
    if not files.hdf5_files:
        return False
    is_resized = files.hdf5_files == processed.number and files.data_bytes != processed.size_bytes
    return files.hdf5_files > processed.number or files.data_ns > processed.newest_ns or is_resized


def run_folder_name(run: int) -> str:
    """Return European XFEL's name for the folder of a run."""
    return f"r{run:04d}"


def _run_number(name: str) -> int:
    """Return the number of a run, or 0 if the name is not a run's."""
    match = re.fullmatch(r"r([0-9]{4,9})", name)
    run = int(match[1]) if match else 0
    return run if run_folder_name(run) == name else 0
