"""Combine all waiting fragments in a folder, and clean up after dead processes."""

from __future__ import annotations

import os
import stat
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from ..hdf5 import MERGING_SUFFIX
from ..model import RunKey
from ..paths import FRAGMENT_NAME, DamnitFolder
from ..runner.file_format import WRITING_SUFFIX
from ..runner.temp_names import is_left_behind
from .combine_run import combine_locked
from .lock import combiner_lock
from .report import CombineReport

UNFINISHED_AGE_S = 24 * 3600.0
"""A fragment unchanged for this long has no living writer, on any host."""


def combine_folder(
    folder: DamnitFolder,
    *,
    now: float | None = None,
    lock_timeout_s: float = 0.0,
    leave: Collection[RunKey] = (),
) -> CombineReport:
    """Combine all waiting fragments, each run's in one go.

    A damaged fragment is set aside, and a run that cannot be combined now is postponed;
    neither holds up the others.

    Args:
        folder: The DAMNIT folder.
        now: Current time, Unix seconds UTC.
        lock_timeout_s: How long to wait for another combiner.
        leave: Runs to skip for now.

    Raises:
        CombinerBusy: If another combiner is running; names the holder.
        StoreError: If the database cannot be written; the fragments stay.
    """
    now = time.time() if now is None else now
    report = CombineReport()
    with combiner_lock(folder, timeout_s=lock_timeout_s):
        report.removed += _remove_unfinished(folder, now)
        for key, paths in waiting_fragments(folder).items():
            if key not in leave:
                combine_locked(folder, key, paths, now, report)
    return report


def waiting_fragments(folder: DamnitFolder) -> dict[RunKey, list[Path]]:
    """Return the finished fragments of each run, oldest first."""
    found = []
    for entry, info in _files(folder):
        if match := FRAGMENT_NAME.fullmatch(entry.name):
            key = RunKey(int(match[1]), int(match[2]))
            found.append((info.st_mtime_ns, entry.name, key, Path(entry.path)))
    fragments = defaultdict(list)
    for _, _, key, path in sorted(found):
        fragments[key].append(path)
    return dict(fragments)


def _remove_unfinished(folder: DamnitFolder, now: float) -> Iterator[Path]:
    for entry, info in _files(folder):
        # Results files are only written under the lock held here, so this one's writer is dead.
        is_dead = entry.name.endswith(MERGING_SUFFIX) or (
            entry.name.endswith(WRITING_SUFFIX)
            and (info.st_mtime < now - UNFINISHED_AGE_S or is_left_behind(entry.name))
        )
        if is_dead and stat.S_ISREG(info.st_mode):
            path = Path(entry.path)
            path.unlink(missing_ok=True)
            yield path


def _files(folder: DamnitFolder) -> list[tuple[os.DirEntry[str], os.stat_result]]:
    """List `extracted_data`, skipping entries that vanish meanwhile."""
    files = []
    try:
        with os.scandir(folder.extracted_data) as entries:
            for entry in entries:
                try:
                    files.append((entry, entry.stat(follow_symlinks=False)))
                except FileNotFoundError:
                    continue
    except FileNotFoundError:
        return []
    return files
