"""Delete a variable with all its data: from the results files, then from the database."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..combine.lock import combiner_lock
from ..errors import DamnitError
from ..hdf5 import MERGE_TIMEOUT_S, ResultsError, ResultsMissing, remove_from_file
from ..ledger import Edit
from ..paths import DamnitFolder
from ..runner.author import author_name
from ..store import (
    USER_TYPES,
    Database,
    ValueEdit,
    load_values,
    load_variables,
    remove_variable,
)
from .journal import Journal
from .undo import SavedVariable

LOCK_TIMEOUT_S = 60.0
"""How long to wait for the combiner, which holds its lock for one run at a time."""
_RESULTS_NAME = re.compile(r"p\d+_r\d+\.h5", re.ASCII)


@dataclass
class Deletion:
    """The outcome of a deletion."""

    values: int = 0
    """Rows deleted from the database."""
    files: int = 0
    """Results files that contained the variable."""
    problems: list[str] = field(default_factory=list)
    """Files that could not be changed, and why; the database is left untouched then."""
    unnoted: str = ""
    """Why the deletion is not in the journal; empty if it is."""
    undo: SavedVariable | None = None
    """Restores a user-editable variable and its values; None for computed variables."""
    stopped: bool = False
    """True if `progress` cancelled it halfway; the database is left untouched then."""


def delete_variable(
    folder: DamnitFolder,
    name: str,
    *,
    author: str = "",
    progress: Callable[[int, int], bool] = lambda _done, _total: True,
    clock: Callable[[], float] = time.time,
) -> Deletion:
    """Delete a variable: its data in all results files, its values and its definition.

    The combiner's lock is held for one file at a time, so that the daemon can work in
    between; files written meanwhile are processed again, the last of them under one lock
    with the database. A job that computes the variable later brings it back. After an
    interruption the values are still in the database: repeat the call to finish.

    Args:
        folder: The DAMNIT folder.
        name: The variable's name, computed or not.
        author: The author for the journal.
        progress: Called with the numbers of files done and in total; returns False to cancel.
        clock: Returns the time in Unix seconds.

    Raises:
        CombinerBusy: If another combiner does not release its lock.
        StoreError: If the database cannot be written.
    """
    deletion = Deletion()
    seen: dict[Path, tuple[int, int]] = {}
    todo = sorted(_results(folder).items())
    for number, (path, stamp) in enumerate(todo):
        if not progress(number, len(todo)):
            deletion.stopped = True
            return deletion
        with combiner_lock(folder, timeout_s=LOCK_TIMEOUT_S):
            seen[path] = _remove(path, stamp, name, deletion)
    progress(len(todo), len(todo))
    if deletion.problems:
        return deletion
    with combiner_lock(folder, timeout_s=LOCK_TIMEOUT_S):
        for path, stamp in _results(folder).items():
            if seen.get(path) != stamp:
                _remove(path, stamp, name, deletion)
        if not deletion.problems:
            _forget(folder, name, author or author_name(), clock(), deletion)
    return deletion


def _remove(path: Path, stamp: tuple[int, int], name: str, deletion: Deletion) -> tuple[int, int]:
    try:
        if not remove_from_file(path, name, timeout_s=MERGE_TIMEOUT_S):
            return stamp
    except ResultsMissing:
        return stamp
    except ResultsError as error:
        deletion.problems.append(error.message)
        return stamp
    deletion.files += 1
    return _stamp(path.stat())


def _forget(folder: DamnitFolder, name: str, author: str, now: float, deletion: Deletion) -> None:
    """Remove it from the database; the journal keeps its numbers and texts."""
    with Database(folder.database).writing() as con:
        before = load_values(con, names=[name])
        known = (info for info in load_variables(con) if info.name == name)
        info = next((info for info in known if info.type in USER_TYPES), None)
        deletion.values = remove_variable(con, name)
    changes = tuple(
        ValueEdit(stored.key, name, stored.value, None)
        for stored in before
        if isinstance(stored.value, int | float | str)
    )
    if info is not None:
        deletion.undo = SavedVariable(info, None, changes)
    journal = Journal(folder)
    journal.append(Edit(now, author, c.key, name, c.old, None) for c in changes)
    deletion.unnoted = journal.problem


def _results(folder: DamnitFolder) -> dict[Path, tuple[int, int]]:
    """Return the results files, each with a stamp that changes with its content."""
    try:
        with os.scandir(folder.extracted_data) as entries:
            return dict(_stamped(entries))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise DamnitError(f"{folder.extracted_data} cannot be read: {error.strerror}.") from error


def _stamped(entries: Iterator[os.DirEntry[str]]) -> Iterator[tuple[Path, tuple[int, int]]]:
    for entry in entries:
        if _RESULTS_NAME.fullmatch(entry.name):
            try:
                yield Path(entry.path), _stamp(entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                continue


def _stamp(info: os.stat_result) -> tuple[int, int]:
    return info.st_ino, info.st_mtime_ns
