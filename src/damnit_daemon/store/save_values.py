"""Save values of runs, so that a bad value does not affect the others."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..model import RunKey, StoredValue
from ..runner.file_format import CLOCK_SKEW_S, COMPUTED_AT, CONTEXT_PROVENANCE, START_TIME
from .encode import encode_real, encode_value
from .identifiers import is_variable_name
from .json_text import attributes_json
from .past_values import keep_past_values
from .runs import ensure_run
from .values import load_values
from .variables import ensure_variables, load_variables
from .views import rebuild_views

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UPSERT = """
    INSERT INTO run_variables (proposal, run, name, version, value, timestamp, max_diff,
        provenance, summary_type, summary_method, attributes)
    VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (proposal, run, name, version) DO UPDATE SET value = excluded.value,
        timestamp = excluded.timestamp, max_diff = excluded.max_diff,
        provenance = excluded.provenance, summary_type = excluded.summary_type,
        summary_method = excluded.summary_method, attributes = excluded.attributes"""


class NewValue(NamedTuple):
    """Value to save; None clears the stored one."""

    key: RunKey
    name: str
    value: int | float | str | bytes | complex | NDArray[Any] | None
    max_diff: float | None = None
    provenance: str = CONTEXT_PROVENANCE
    """Origin of the value; `context.py` for one computed by a context file."""
    summary_type: str | None = None
    """Type given by a fragment; by default it is derived from the value."""
    summary_method: str = ""
    attributes: Mapping[str, Any] | None = None


class Rejected(NamedTuple):
    """Value that was not saved, with the reason."""

    key: RunKey
    name: str
    reason: str


class SaveReport(NamedTuple):
    """Outcome of saving values."""

    written: list[StoredValue]
    """Values as stored now."""
    outdated: list[tuple[RunKey, str]]
    """Skipped, because the stored value was computed at the same time or later."""
    rejected: list[Rejected]

    @property
    def names(self) -> list[str]:
        """Variables that were written, each once."""
        return list(dict.fromkeys(value.name for value in self.written))


def save_values(
    con: sqlite3.Connection, values: Iterable[NewValue], *, now: float, keep_newer: bool = True
) -> SaveReport:
    """Save values; unknown runs and variables are created.

    Values that SQLite cannot hold are stored as text. A value named `start_time`
    becomes the run's start time: it has no other place in the database.

    Args:
        con: A connection from `Database.writing`.
        values: Values to save; of several for one cell, the last or newest wins.
        now: Time of writing, by which readers find new values.
        keep_newer: True to keep stored values that were computed later (by `computed_at`
            in the attributes, else by when they were stored), and to add those that are
            replaced to the earlier values of their cells. False for typed values: the journal
            has them.
    """
    report = SaveReport([], [], [])
    accepted = _accept(con, values, report)
    for key in dict.fromkeys(value.key for value in accepted):
        ensure_run(con, key, added_at=now)
    for value in accepted:
        if value.name == START_TIME:
            ensure_run(con, value.key, added_at=now, start_time=encode_real(value.value))
    accepted = [value for value in accepted if value.name != START_TIME]
    is_any_new = ensure_variables(con, dict.fromkeys(value.name for value in accepted))
    stored = _load_stored(con, accepted) if keep_newer else {}
    saver = _Saver(con, now, stored, report)
    for value in accepted:
        saver.save(value)
    if keep_newer:
        keep_past_values(con, saver.replaced, now=now)
    if is_any_new:
        rebuild_views(con)
    return report


def _accept(
    con: sqlite3.Connection, values: Iterable[NewValue], report: SaveReport
) -> list[NewValue]:
    """Filter out values that may not be saved."""
    users_own = {info.name for info in load_variables(con) if info.type is not None}
    accepted = []
    for value in values:
        if not is_variable_name(value.name):
            reason = "not a variable name"
        elif value.name in users_own and value.provenance == CONTEXT_PROVENANCE:
            reason = "a user-editable variable has this name"
        else:
            # numpy integers would be stored as blobs.
            key = RunKey(int(value.key.proposal), int(value.key.run))
            accepted.append(value._replace(key=key))
            continue
        report.rejected.append(Rejected(value.key, str(value.name), reason))
    return accepted


def _load_stored(
    con: sqlite3.Connection, values: list[NewValue]
) -> dict[tuple[RunKey, str], StoredValue]:
    """Load what is stored in the cells of these values."""
    names: dict[RunKey, set[str]] = {}
    for value in values:
        names.setdefault(value.key, set()).add(value.name)
    stored = [
        found
        for key, of_run in names.items()
        for found in load_values(con, keys=[key], names=of_run, blobs=True)
    ]
    return {(value.key, value.name): value for value in stored}


class _Saver:
    """Saves values, and keeps those that they replace.

    Args:
        con: A connection from `Database.writing`.
        now: Time of writing.
        stored: What is stored, by cell.

    Attributes:
        replaced: Old values, each with the new one.
        report: Gets the outcome.
    """

    def __init__(
        self,
        con: sqlite3.Connection,
        now: float,
        stored: dict[tuple[RunKey, str], StoredValue],
        report: SaveReport,
    ) -> None:
        self._con = con
        self._now = now
        self._stored = stored
        self._report = report
        self.replaced: list[tuple[StoredValue, StoredValue]] = []

    def save(self, new: NewValue) -> None:
        """Save a value, unless the stored one is newer."""
        cell = new.key, new.name
        old = self._stored.get(cell)
        computed_at = _computed_at(new)
        age = -math.inf if old is None else self._age(old)
        if computed_at is not None and computed_at <= age:
            self._report.outdated.append(cell)
            if computed_at < age and age > self._now:
                reason = (
                    f"the stored value is dated {age - self._now:.0f} s in the future, so it is "
                    "kept: the clocks of the hosts differ"
                )
                self._report.rejected.append(Rejected(new.key, str(new.name), reason))
            return
        value = _stored(new, self._now)
        if old is not None:
            self.replaced.append((old, value))
        self._con.execute(_UPSERT, (*value.key, *value[1:]))
        self._report.written.append(value)
        self._stored[cell] = value

    def _age(self, stored: StoredValue) -> float:
        """Return when a stored value was computed; ignores times of a wrong clock."""
        age = _as_time(stored.attributes.get(COMPUTED_AT))
        if age is None:
            age = _as_time(stored.timestamp)
        return -math.inf if age is None or age > self._now + CLOCK_SKEW_S else age


def _stored(new: NewValue, now: float) -> StoredValue:
    value, summary_type = encode_value(new.value, new.summary_type)
    is_cleared = new.value is None
    return StoredValue(
        new.key,
        str(new.name),
        value,
        float(now),
        None if is_cleared else encode_real(new.max_diff),
        str(new.provenance),
        None if value is None else summary_type,
        None if is_cleared else str(new.summary_method),
        attributes_json(new.attributes),
    )


def _computed_at(value: NewValue) -> float | None:
    return _as_time((value.attributes or {}).get(COMPUTED_AT))


def _as_time(value: Any) -> float | None:
    """Return a finite number; numpy's float64 is a float, too."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None
