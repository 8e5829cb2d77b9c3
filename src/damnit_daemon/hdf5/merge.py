"""Merge fragments into a run's results file: writes a new file, never edits the old one.

Only one merge per folder may run at a time: the caller holds the combiner's lock.
"""

from __future__ import annotations

import errno
import itertools
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from ..runner import file_format
from .checksums import require_unchanged
from .copy import check_entry, copy_entry, copy_frame, copy_part
from .errors import (
    HDF5_FAILURES,
    ResultsDenied,
    ResultsMissing,
    ResultsUnreadable,
    first_line,
    is_denied,
    is_disk_full,
    system_reason,
)
from .heartbeat import note_reading
from .layout import (
    DATA,
    PARTS,
    computed_at,
    entry,
    is_variable_name,
    note_computed_at,
    other_entries,
    variable_names,
)
from .open_file import open_for_reading
from .whole_file import MERGING_SUFFIX, random_part, written_whole

MERGE_TIMEOUT_S = 10.0
"""How long to wait for another program that has the results file locked."""

MOST_COPIED_BYTES = 1 << 28
"""Largest fragment that is copied in memory to find out why its copy on disk differs."""

MOVE_AWAY = "Move it away: a new one is created from the next results."


class LeftOut(NamedTuple):
    """Part of a fragment that could not be merged."""

    path: Path
    """The fragment."""
    name: str
    """The variable."""
    reason: str


@dataclass(frozen=True)
class _Source:
    """File that variables are copied from."""

    path: Path
    file: h5py.File
    written_at: float
    is_target: bool

    def when(self, name: str) -> float:
        """Return when a variable was computed, as far as known."""
        time_s = computed_at(self.file, name)
        return self.written_at if time_s is None else time_s

    def raise_fault(self, error: Exception, *, unless_fragment: bool = False) -> None:
        """Raise an error that a user can act on, naming this file.

        Args:
            error: Exception raised by HDF5.
            unless_fragment: Return instead if this is a fragment with bad content.
        """
        if is_disk_full(error):
            raise error  # an error of the new file
        if is_denied(error):
            raise ResultsDenied(self.path, system_reason(error)) from error
        if self.is_target or not unless_fragment:
            raise ResultsUnreadable(self.path, first_line(error), hint=self._hint) from error

    @contextmanager
    def attributed(self) -> Iterator[None]:
        """Attribute every error in the block to this file."""
        try:
            yield
        except HDF5_FAILURES as error:
            self.raise_fault(error)

    @property
    def _hint(self) -> str:
        return MOVE_AWAY if self.is_target else ""


def merge(
    target: Path,
    fragments: Sequence[Path],
    *,
    now: float | None = None,
    timeout_s: float = MERGE_TIMEOUT_S,
) -> list[LeftOut]:
    """Merge the old results file and fragments; the newest value of each variable wins.

    The newest is the one computed last: by `computed_at`, or by the time the file was written
    where DAMNIT recorded none. A variable is taken whole, so that a value clears an old error
    and an error an old value. Variables that are in no fragment are kept. If nothing is newer
    than the file, it is left alone: merging is idempotent.

    Args:
        target: The results file; need not exist.
        fragments: Finished fragments of the same run.
        now: Unix seconds UTC, to detect entries of the file written with a wrong clock.
        timeout_s: How long to wait while another program has a file locked.

    Returns:
        Entries of fragments that cannot be copied, or have an invalid name.

    Raises:
        ResultsUnreadable: If a file is damaged; its `path` says which.
        ResultsMissing: If a fragment is gone.
        ResultsBusy: If a file stayed locked.
        ResultsDiskFull: If space ran out. In all cases the target is unchanged.
        ResultsDenied: If a file may not be read, or the folder not be written.
    """
    with ExitStack() as opened:
        sources = list(_open_sources(opened, target, fragments, timeout_s))
        refused: list[LeftOut] = []
        while True:
            chosen, left_out = _choose(sources, time.time() if now is None else now, refused)
            left_out += refused
            others = _choose_others(sources)
            used = [*chosen.values(), *others.values()]
            if not sources or (sources[0].is_target and all(s.is_target for s in used)):
                return left_out
            try:
                return left_out + _write(target, sources[0], chosen, others)
            except _NotMergeable as error:
                refused.append(error.left_out)


class _NotMergeable(Exception):  # noqa: N818
    """Raised when a fragment's variable would make the results file impossible to merge again."""

    def __init__(self, left_out: LeftOut) -> None:
        super().__init__(left_out.reason)
        self.left_out = left_out


def _write(
    target: Path,
    first: _Source,
    chosen: dict[str, _Source],
    others: dict[tuple[str, str], _Source],
) -> list[LeftOut]:
    """Write the new file, verify it, and replace the old one."""
    left_out: list[LeftOut] = []

    def prove(written: h5py.File) -> None:
        for name, source in chosen.items():
            if not source.is_target:
                _prove(written, source, name)

    temporary = target.with_name(f"{target.stem}.{random_part()}{MERGING_SUFFIX}")
    with written_whole(temporary, target, prove=prove) as new:
        with first.attributed():
            copy_frame(first.file, new)
        dimension_ids = itertools.count()
        for name, source in sorted(chosen.items()):
            left_out += _copy_variable(source, name, new, dimension_ids)
        for (part, name), source in sorted(others.items()):
            left_out += _copy_other(source, part, name, new, dimension_ids)
    return left_out


def _prove(written: h5py.File, source: _Source, name: str) -> None:
    """Verify that a variable can be read back from the new file as it was written."""
    note_reading(source.path)
    for part in (DATA, *PARTS):
        try:
            if (found := entry(written, part, name)) is not None:
                check_entry(found)
        except HDF5_FAILURES as error:
            if is_denied(error):
                raise
            reason = f"merging it would damage the results file ({first_line(error)})"
            raise _NotMergeable(LeftOut(source.path, name, reason)) from error
    try:
        require_unchanged(written, name)
    except HDF5_FAILURES as error:
        if is_denied(error):
            raise
        _require_unchanged_in(source, name)
        _require_copyable(source, name)
        raise OSError(
            errno.EIO, f"{name} was not copied correctly ({first_line(error)})"
        ) from error


def _require_unchanged_in(source: _Source, name: str) -> None:
    try:
        require_unchanged(source.file, name)
    except HDF5_FAILURES as error:
        if is_denied(error):
            raise
        raise _NotMergeable(LeftOut(source.path, name, first_line(error))) from error


def _require_copyable(source: _Source, name: str) -> None:
    """Refuse a variable whose copy differs in memory, too: its own structure is damaged."""
    if source.path.stat().st_size > MOST_COPIED_BYTES:
        return
    with h5py.File(source.path.name, "w", driver="core", backing_store=False) as memory:
        copy_frame(source.file, memory)
        _copy_variable(source, name, memory, itertools.count())
        try:
            require_unchanged(memory, name)
        except HDF5_FAILURES as error:
            reason = f"it cannot be copied unchanged ({first_line(error)})"
            raise _NotMergeable(LeftOut(source.path, name, reason)) from error


def _open_sources(
    opened: ExitStack, target: Path, fragments: Sequence[Path], timeout_s: float
) -> Iterator[_Source]:
    """Open the target, if there is one, then the fragments."""
    for path in (target, *fragments):
        try:
            file = opened.enter_context(open_for_reading(path, timeout_s=timeout_s))
        except ResultsMissing:
            if path is not target:
                raise
            continue
        except ResultsUnreadable as error:
            if path is target:
                error.hint = MOVE_AWAY
            raise
        yield _Source(path, file, path.stat().st_mtime, path is target)


def _choose(
    sources: Sequence[_Source], now: float, refused: Sequence[LeftOut]
) -> tuple[dict[str, _Source], list[LeftOut]]:
    """Choose the source of each variable; on a tie the first one wins."""
    newest: dict[str, tuple[float, _Source]] = {}
    left_out = []
    refusals = {(each.path, each.name) for each in refused}
    for source in sources:
        note_reading(source.path)
        with source.attributed():
            for name in sorted(variable_names(source.file)):
                if not source.is_target and not is_variable_name(name):
                    left_out.append(LeftOut(source.path, name, "it is not a variable name"))
                    continue
                if (source.path, name) in refusals:
                    continue
                when = source.when(name)
                if source.is_target and when > now + file_format.CLOCK_SKEW_S:
                    when = -math.inf
                if name not in newest or when > newest[name][0]:
                    newest[name] = (when, source)
    return {name: source for name, (_, source) in newest.items()}, left_out


def _choose_others(sources: Sequence[_Source]) -> dict[tuple[str, str], _Source]:
    """Choose the source of each parameter, and of each entry of a group of another program."""
    newest: dict[tuple[str, str], tuple[float, _Source]] = {}
    for source in sources:
        with source.attributed():
            for part, name, at in other_entries(source.file):
                when = source.written_at if at is None else at
                if (part, name) not in newest or when > newest[part, name][0]:
                    newest[part, name] = (when, source)
    return {place: source for place, (_, source) in newest.items()}


def _copy_other(
    source: _Source, part: str, name: str, new: h5py.File, dimension_ids: Iterator[int]
) -> list[LeftOut]:
    """Copy a parameter, or an entry of a group of another program."""
    try:
        if not source.is_target:
            check_entry(source.file[part][name])
        into = copy_part(source.file, part, new)
        copy_entry(source.file[part], name, into, dimension_ids)
        into[name].attrs.setdefault(file_format.COMPUTED_AT_ON_DATA, np.float64(source.written_at))
    except HDF5_FAILURES as error:
        source.raise_fault(error, unless_fragment=True)
        if part in new:
            new[part].pop(name, None)
        return [LeftOut(source.path, name, first_line(error))]
    return []


def _copy_variable(
    source: _Source, name: str, new: h5py.File, dimension_ids: Iterator[int]
) -> list[LeftOut]:
    """Copy a variable; an entry of a fragment that cannot be copied does not affect the others."""
    left_out = []
    note_reading(source.path)
    for part in (DATA, *PARTS):
        with source.attributed():
            if entry(source.file, part, name) is None:
                continue
        try:
            if not source.is_target:
                check_entry(source.file[part][name])
            copy_entry(source.file[part], name, new[part], dimension_ids)
        except HDF5_FAILURES as error:
            source.raise_fault(error, unless_fragment=True)
            new[part].pop(name, None)
            left_out.append(LeftOut(source.path, name, first_line(error)))
    if computed_at(new, name) is None:
        # The new file's own time is not when the variable was computed.
        note_computed_at(new, name, source.when(name))
    return left_out
