"""Checks of waiting and quarantined fragments, and of results files."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from pathlib import Path

from ...errors import DamnitError
from ...hdf5 import ResultsBusy
from ...launch.reader_process import ReaderPool
from ...ledger import Ledger, running_daemon
from ...paths import BROKEN, FRAGMENT_NAME, DamnitFolder
from ...run_ranges import format_run_ranges
from ...store import Database, load_runs
from ...text import count_of
from .finding import Finding, fine, note, wrong
from .verify import read_results

NEWEST_RUNS = 5
YOUNG_S = 120.0
"""Younger fragments belong to an active job."""


def check_fragments(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that no fragment waits for long or was quarantined."""
    ages_s = [_age_s(path) for _, path in folder.fragments()]
    old = [age_s for age_s in ages_s if age_s > YOUNG_S]
    waiting = f"waiting: {count_of(len(old), 'fragment')}"
    if old and running_daemon(Ledger(folder.ledger)) is not None:
        text = f"{waiting} too long, the oldest for {max(old) / 60:.0f} min."
        yield wrong("fragments", text, "Find the reason: damnit-daemon logs")
    elif old:
        text = f"{waiting}; no daemon combines them."
        yield wrong("fragments", text, "damnit-daemon combine")
    elif ages_s:
        yield note("fragments", f"waiting, but new: {count_of(len(ages_s), 'fragment')}")
    else:
        yield fine("fragments", "none waiting")
    yield from _check_broken(folder.extracted_data / BROKEN)


def check_results(folder: DamnitFolder, reader: ReaderPool) -> Iterator[Finding]:
    """Check that the results files of the newest runs can be read.

    Raises:
        StoreError: If the database cannot be read.
    """
    with Database(folder.database).reading() as con:
        keys = [row.key for row in load_runs(con)]
    paths = {key: folder.results_file(key) for key in reversed(keys)}
    newest = [key for key in paths if paths[key].exists()][:NEWEST_RUNS]
    readable = 0
    for key in newest:
        try:
            read_results(paths[key], key, reader)
            readable += 1
        except ResultsBusy as error:
            yield note("results", str(error))
        except DamnitError as error:
            path = shlex.quote(str(paths[key]))
            message = error.message
            if str(paths[key]) not in message:
                message = f"{paths[key]}: {message}"
            again = f"damnit-daemon reprocess {key.run} --proposal {key.proposal}"
            fix = f"mv {path} {path}.damaged; {again}"
            yield wrong("results", message, fix)
    if readable == len(newest):
        yield fine("results", f"{count_of(readable, 'file')} of the newest runs can be read")


def _check_broken(broken: Path) -> Iterator[Finding]:
    try:
        paths = sorted(path for path in broken.iterdir() if path.suffix == ".h5")
    except FileNotFoundError:
        return
    if not paths:
        return
    matches = [match for path in paths if (match := FRAGMENT_NAME.fullmatch(path.name))]
    runs = format_run_ranges(int(match[2]) for match in matches)
    reason = _reason(paths[-1])
    yield wrong(
        "fragments",
        f"{count_of(len(paths), 'fragment')} could not be used (run {runs}): {reason}",
        f"damnit-daemon reprocess {runs}; rm -r {shlex.quote(str(broken))}",
    )


def _reason(path: Path) -> str:
    try:
        with path.with_name(f"{path.name}.txt").open(encoding="utf-8", errors="replace") as file:
            return file.readline(500).strip()
    except OSError:
        return "no reason was recorded"


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except FileNotFoundError:  # already combined
        return 0.0
