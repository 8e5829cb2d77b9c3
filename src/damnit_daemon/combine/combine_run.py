"""Combine the fragments of one run."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..hdf5 import (
    MERGE_TIMEOUT_S,
    Fragment,
    ResultsDenied,
    ResultsError,
    ResultsMissing,
    ResultsUnreadable,
    lost_value,
    merge,
    note_reading,
    read_fragment,
)
from ..model import RunKey
from ..paths import FRAGMENT_NAME, DamnitFolder
from ..runner.file_format import COMPUTED_AT
from ..store import Database, NewValue, SaveReport, ensure_run, save_values
from .lock import combiner_lock
from .quarantine import set_aside
from .report import CombineReport, QuarantinedFragment

LOCK_TIMEOUT_S = 30.0
LARGEST_NUMBER = 2**63 - 1
"""Largest integer in SQLite."""


def ingest(
    folder: DamnitFolder, fragments: Iterable[Path], *, now: float | None = None
) -> SaveReport:
    """Save the values of fragments to the database now; merging them can wait.

    Unreadable fragments are skipped: combining reports them.

    Args:
        folder: The DAMNIT folder.
        fragments: Finished fragments of any runs.
        now: Time of writing, Unix seconds UTC.

    Raises:
        StoreError: If the database cannot be written; nothing is saved then.
    """
    readable = list(_readable(fragments))
    note_reading(None)
    return _save(folder, readable, now)


def restore(
    folder: DamnitFolder, key: RunKey, names: Iterable[str], *, now: float | None = None
) -> SaveReport:
    """Save missing or newer values from a run's results file to the database.

    Args:
        folder: The DAMNIT folder.
        key: Run of the file.
        names: Variables to save.
        now: Time of writing, Unix seconds UTC.

    Raises:
        ResultsError: If the file cannot be read.
        StoreError: If the database cannot be written; nothing is saved then.
    """
    found = read_fragment(folder.results_file(key), key)
    note_reading(None)
    chosen = set(names)
    values = [value for value in found.values if value.name in chosen]
    return _save(folder, [replace(found, values=values)], now)


def combine_run(
    folder: DamnitFolder,
    key: RunKey,
    fragments: Sequence[Path],
    *,
    now: float | None = None,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
    file_timeout_s: float = MERGE_TIMEOUT_S,
) -> CombineReport:
    """Merge fragments into a run's results file, save their values, then delete them.

    Safe to interrupt and repeat: an older result never replaces a newer one, and the same
    one is not written twice.

    Args:
        folder: The DAMNIT folder.
        key: Run to combine.
        fragments: Finished fragments of this run, oldest first.
        now: Time of writing, Unix seconds UTC.
        lock_timeout_s: How long to wait for another combiner.
        file_timeout_s: How long to wait for a program that has the results file locked.

    Returns:
        Outcome. Runs in `postponed` should be retried later.

    Raises:
        CombinerBusy: If another combiner held the lock for that long.
        StoreError: If the database cannot be written; the fragments stay.
    """
    report = CombineReport()
    with combiner_lock(folder, timeout_s=lock_timeout_s):
        combine_locked(folder, key, fragments, now, report, file_timeout_s=file_timeout_s)
    return report


def combine_locked(
    folder: DamnitFolder,
    key: RunKey,
    paths: Sequence[Path],
    now: float | None,
    report: CombineReport,
    *,
    file_timeout_s: float = MERGE_TIMEOUT_S,
) -> None:
    """Like `combine_run`, for a caller that holds the lock; adds to the report."""
    try:
        fragments = _read_or_set_aside(key, paths, report)
        lost = _merge(folder, fragments, report, file_timeout_s) if fragments else {}
        note_reading(None)
    except ResultsError as error:
        # Their values are usable regardless; damaged files are left to be inspected.
        report.postponed.append((key, error))
        _note(_save(folder, list(_readable(paths)), now), report)
        return
    if not fragments:
        return
    now = time.time() if now is None else now
    _note(
        _save(folder, [_with_losses(f, lost.get(f.path, {}), now) for f in fragments], now), report
    )
    report.combined.append(key)
    try:
        for fragment in fragments:
            reasons = lost.get(fragment.path, {})
            _put_away(fragment.path, [f"{n!r}: {r}" for n, r in reasons.items()], report)
    except ResultsError as error:
        report.postponed.append((key, error))


def _with_losses(fragment: Fragment, lost: dict[str, str], now: float) -> Fragment:
    """Turn values that could not be merged into errors: what their cells showed has no data."""
    values = [
        lost_value(value.name, lost[value.name], now) if value.name in lost else value
        for value in fragment.values
    ]
    return replace(fragment, values=values)


def _put_away(fragment: Path, reasons: list[str], report: CombineReport) -> None:
    """Delete a merged fragment, or set it aside if a part of it could not be merged."""
    if reasons:
        _set_aside(fragment, "; ".join(reasons), report)
        return
    try:
        fragment.unlink(missing_ok=True)
    except OSError as error:
        raise ResultsDenied(fragment, f"it cannot be deleted ({error.strerror})") from error


def _readable(paths: Iterable[Path]) -> Iterator[Fragment]:
    for path in paths:
        match = FRAGMENT_NAME.fullmatch(path.name)
        if match is None or max(int(match[1]), int(match[2])) > LARGEST_NUMBER:
            continue
        try:
            yield read_fragment(path, RunKey(int(match[1]), int(match[2])))
        except ResultsError:
            continue


def _read_or_set_aside(key: RunKey, paths: Sequence[Path], report: CombineReport) -> list[Fragment]:
    fragments = []
    for path in paths:
        try:
            if max(key) > LARGEST_NUMBER:
                raise ResultsUnreadable(path, "the run number is out of range")
            fragments.append(read_fragment(path, key))
        except ResultsMissing:
            continue  # claimed by another program, perhaps DAMNIT's own combiner
        except ResultsUnreadable as error:
            _set_aside(path, error.reason, report)
    return fragments


def _merge(
    folder: DamnitFolder, fragments: list[Fragment], report: CombineReport, timeout_s: float
) -> dict[Path, dict[str, str]]:
    """Merge all fragments at once, dropping damaged ones from the list.

    Returns:
        Variables of each fragment that could not be merged, with the reason.
    """
    target = folder.results_file(fragments[0].key)
    while fragments:
        try:
            left_out = merge(target, [f.path for f in fragments], timeout_s=timeout_s)
        except (ResultsUnreadable, ResultsMissing) as error:
            guilty = [fragment for fragment in fragments if fragment.path == error.path]
            if not guilty:
                raise  # the results file itself is damaged
            fragments.remove(guilty[0])
            if isinstance(error, ResultsUnreadable):
                _set_aside(error.path, error.reason, report)
            continue
        reasons: dict[Path, dict[str, str]] = defaultdict(dict)
        for path, name, reason in left_out:
            reasons[path].setdefault(name, reason)
        return reasons
    return {}


def _save(folder: DamnitFolder, fragments: Sequence[Fragment], now: float | None) -> SaveReport:
    """Save the values of fragments in one transaction."""
    if not fragments:
        return SaveReport([], [], [])
    now = time.time() if now is None else now
    values = sorted((v for f in fragments for v in _new_values(f)), key=_computed_at)
    with Database(folder.database).writing() as con:
        for fragment in fragments:
            ensure_run(con, fragment.key, added_at=now, start_time=fragment.start_time)
        return save_values(con, values, now=now, keep_newer=True)


def _new_values(fragment: Fragment) -> Iterator[NewValue]:
    for value in fragment.values:
        yield NewValue(
            key=fragment.key,
            name=value.name,
            value=value.value,
            max_diff=value.max_diff,
            provenance=fragment.provenance,
            summary_type=value.summary_type,
            summary_method=value.summary_method,
            attributes=value.attributes,
        )


def _computed_at(value: NewValue) -> float:
    return float((value.attributes or {})[COMPUTED_AT])


def _note(saved: SaveReport, report: CombineReport) -> None:
    report.saved += saved.written
    report.rejected += saved.rejected


def _set_aside(path: Path, reason: str, report: CombineReport) -> None:
    set_aside(path, reason)
    report.broken.append(QuarantinedFragment(path, reason))
