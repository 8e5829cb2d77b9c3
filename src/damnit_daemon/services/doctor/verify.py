"""Compare all results files with the database; reads all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ...errors import DamnitError
from ...hdf5 import CheckedFile
from ...launch.reader_process import ReaderPool
from ...model import RunKey, StoredValue
from ...paths import DamnitFolder
from ...runner.file_format import COMPUTED_AT
from ...store import Database, load_runs, load_values
from ...store.edits import MANUAL_PROVENANCE
from ...text import count_of
from .finding import Finding, fine, note, wrong

CLOSE_S = 0.001
RESTORE = "damnit-daemon doctor --verify --repair"
MOST_RUNS = 20
"""Maximum number of runs whose differences are listed one by one."""


def verify(folder: DamnitFolder, reader: ReaderPool) -> Iterator[Finding]:
    """Check that each value is in its run's file and in the database, from the same computation.

    All data are read and compared with their stored checksums. Runs with waiting fragments
    are left out: those are yet to be merged.

    Raises:
        StoreError: If the database cannot be read.
    """
    keys = runs_of(folder)
    waiting = {key for key, _ in folder.fragments()}
    compared = [key for key in keys if key not in waiting]
    found: Counter[str] = Counter()
    for key in compared:
        finding = _compare(folder, key, reader, found)
        found["differing"] += finding is not None
        if finding is not None and found["differing"] <= MOST_RUNS:
            yield finding
    if found["differing"] > MOST_RUNS:
        more = count_of(found["differing"] - MOST_RUNS, "more run")
        yield note("verify", f"{more} with differences")
    if not found["differing"]:
        yield fine("verify", f"files and database agree on {count_of(len(compared), 'run')}")
    if found["unchecked"]:
        unchecked = count_of(found["unchecked"], "value")
        yield note("verify", f"without checksums, so not compared with them: {unchecked}")
    if len(compared) < len(keys):
        left_out = count_of(len(keys) - len(compared), "run")
        yield note("verify", f"skipped, as fragments are pending: {left_out}")


def runs_of(folder: DamnitFolder) -> list[RunKey]:
    """Return the runs that are in the database or have results.

    Raises:
        StoreError: If the database cannot be read.
    """
    with Database(folder.database).reading() as con:
        known = {row.key for row in load_runs(con)}
    return sorted(known.union(folder.results()))


def lost_values(folder: DamnitFolder, key: RunKey, reader: ReaderPool) -> list[str]:
    """Return a run's variables in its results file that the database lacks, or has older.

    Raises:
        DamnitError: If the file or the database cannot be read.
    """
    path = folder.results_file(key)
    if not path.exists():
        return []
    checked = read_results(path, key, reader)
    return sorted(_better_in_file(_times_in_file(checked), _in_database(folder, key)))


def read_results(
    path: Path, key: RunKey, reader: ReaderPool, *, contents: bool = False
) -> CheckedFile:
    """Read a results file in a separate process; with `contents`, all its data too.

    Raises:
        DamnitError: If it cannot be read; `FileDamaged` if that ends the process, or never ends.
    """
    checked: CheckedFile
    (checked,) = reader.stream("check_file", path, key, contents=contents)
    return checked


def _compare(
    folder: DamnitFolder, key: RunKey, reader: ReaderPool, found: Counter[str]
) -> Finding | None:
    path = folder.results_file(key)
    checked = CheckedFile()
    try:
        if path.exists():
            checked = read_results(path, key, reader, contents=True)
    except DamnitError as error:
        text = error.message if str(path) in error.message else f"{path}: {error.message}"
        return wrong("verify", text, error.hint or _fix(key, []))
    found["unchecked"] += checked.unchecked
    in_file = _times_in_file(checked)
    in_database = _in_database(folder, key)
    lost = {
        name: reason
        for name, reason in _better_in_file(in_file, in_database).items()
        if name not in checked.damaged
    }
    reasons = lost | checked.damaged
    for name, (when, _) in in_file.items():
        if name not in reasons and _is_older(when, in_database[name]):
            reasons[name] = "the results file has an older value"
    for name, stored in in_database.items():
        # Without that mark it may be the user's own value, or an old one from DAMNIT.
        if name not in in_file and name not in reasons and COMPUTED_AT in stored.attributes:
            reasons[name] = "missing in the results file"
    if not reasons:
        return None
    differences = "; ".join(f"{name}: {reasons[name]}" for name in sorted(reasons))
    again = sorted(reasons.keys() - lost.keys())
    return wrong("verify", f"{key}: {differences}", _fix(key, again) if again else RESTORE)


def _in_database(folder: DamnitFolder, key: RunKey) -> dict[str, StoredValue]:
    with Database(folder.database).reading() as con:
        return {value.name: value for value in load_values(con, keys=[key])}


def _better_in_file(
    in_file: dict[str, tuple[float | None, bool]], in_database: dict[str, StoredValue]
) -> dict[str, str]:
    """Return what the database lacks, or has older, and why; the user's own values are left out."""
    reasons = {}
    for name, (when, is_error) in in_file.items():
        stored = in_database.get(name)
        if stored is not None and stored.provenance == MANUAL_PROVENANCE:
            continue
        if reason := _difference(when, is_error, stored):
            reasons[name] = reason
    return reasons


def _is_older(when: float | None, stored: StoredValue) -> bool:
    stored_at = stored.attributes.get(COMPUTED_AT)
    return when is not None and isinstance(stored_at, int | float) and stored_at > when + CLOSE_S


def _times_in_file(checked: CheckedFile) -> dict[str, tuple[float | None, bool]]:
    """Return when each variable was computed, if recorded, and whether it failed."""
    found: dict[str, tuple[float | None, bool]] = {}
    for value in checked.values:
        when = float(value.attributes[COMPUTED_AT])
        # A time that was not recorded is replaced with that of the file.
        is_own = when != checked.written_at
        found[value.name] = (when if is_own else None, "error" in value.attributes)
    return found


def _difference(when: float | None, is_error: bool, stored: StoredValue | None) -> str:
    """Return how the file is better than the database; empty if it is not, as far as is known."""
    if stored is None:
        return "missing in the database"
    attributes = stored.attributes
    stored_at = attributes.get(COMPUTED_AT)
    if when is not None and isinstance(stored_at, int | float):
        if stored_at < when - CLOSE_S:
            return "the database has an older value"
        if stored_at > when + CLOSE_S:
            return ""
    if is_error and stored.value is not None:
        return "an error in the results file, a value in the database"
    if not is_error and "error" in attributes:
        return "a value in the results file, an error in the database"
    return ""


def _fix(key: RunKey, names: list[str]) -> str:
    variables = "".join(f" --var {name}" for name in names)
    return f"damnit-daemon reprocess {key.run} --proposal {key.proposal}{variables}"
