"""Whether results files and the database say the same; reads all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...hdf5 import ResultsError, read_fragment
from ...model import RunKey, StoredValue
from ...paths import DamnitFolder
from ...runner.layout import COMPUTED_AT
from ...store import Database, load_runs, load_values
from .finding import Finding, count_of, fine, note, wrong

CLOSE_S = 0.001
MOST_RUNS = 20
"""Of how many runs differences are told one by one."""


def verify(folder: DamnitFolder) -> Iterator[Finding]:
    """Each value is both in its run's file and in the database, of the same computation.

    Runs with fragments that wait are left out: those are yet to be merged.

    Raises:
        StoreError: If the database cannot be read.
    """
    with Database(folder.database).reading() as con:
        keys = [row.key for row in load_runs(con)]
    waiting = {key for key, _ in folder.fragments()}
    compared = [key for key in keys if key not in waiting]
    differing = 0
    for key in compared:
        finding = _compare(folder, key)
        differing += finding is not None
        if finding is not None and differing <= MOST_RUNS:
            yield finding
    if differing > MOST_RUNS:
        yield note("verify", f"{count_of(differing - MOST_RUNS, 'more run')} with differences")
    if not differing:
        yield fine("verify", f"files and database agree on {count_of(len(compared), 'run')}")
    if len(compared) < len(keys):
        left_out = count_of(len(keys) - len(compared), "run")
        yield note("verify", f"left out, as fragments wait: {left_out}")


def _compare(folder: DamnitFolder, key: RunKey) -> Finding | None:
    path = folder.results_file(key)
    try:
        in_file = _noted_in_file(path, key) if path.exists() else {}
    except ResultsError as error:
        return wrong("verify", error.message, error.hint or _fix(key, []))
    with Database(folder.database).reading() as con:
        in_database = {v.name: v for v in load_values(con, keys=[key])}
    reasons = {}
    for name, (when, is_error) in in_file.items():
        if reason := _difference(when, is_error, in_database.get(name)):
            reasons[name] = reason
    for name, stored in in_database.items():
        # Without that mark it may be the user's own value, or an old one of DAMNIT.
        if name not in in_file and COMPUTED_AT in stored.attributes:
            reasons[name] = "missing in the results file"
    if not reasons:
        return None
    told = "; ".join(f"{name}: {reasons[name]}" for name in sorted(reasons))
    return wrong("verify", f"{key}: {told}", _fix(key, sorted(reasons)))


def _noted_in_file(path: Path, key: RunKey) -> dict[str, tuple[float | None, bool]]:
    """When each variable was computed, if that is noted, and whether it failed."""
    written_at = path.stat().st_mtime
    found: dict[str, tuple[float | None, bool]] = {}
    for value in read_fragment(path, key).values:
        when = float(value.attributes[COMPUTED_AT])
        # In place of what nobody noted stands the time of the file.
        found[value.name] = (None if when == written_at else when, "error" in value.attributes)
    return found


def _difference(when: float | None, is_error: bool, stored: StoredValue | None) -> str:
    """Say how a value differs; empty if it does not, as far as can be told."""
    if stored is None:
        return "missing in the database"
    attributes = stored.attributes
    stored_at = attributes.get(COMPUTED_AT)
    if when is not None and isinstance(stored_at, int | float):
        if stored_at < when - CLOSE_S:
            return "the database has an older value"
        if stored_at > when + CLOSE_S:
            return "the results file has an older value"
    if is_error and stored.value is not None:
        return "an error in the results file, a value in the database"
    if not is_error and "error" in attributes:
        return "a value in the results file, an error in the database"
    return ""


def _fix(key: RunKey, names: list[str]) -> str:
    variables = "".join(f" --var {name}" for name in names)
    return f"damnit reprocess {key.run} --proposal {key.proposal}{variables}"
