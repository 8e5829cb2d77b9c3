"""Collect the contents of a report, record when the last one was, send it; only for workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from damnit_daemon.errors import DamnitError
from damnit_daemon.logbook import Logbook, load_logbook
from damnit_daemon.model import Column, RunRow
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Database,
    load_columns,
    load_notes,
    load_runs,
    load_setting,
    load_values,
)
from damnit_daemon.user_path import typed_path

from ..fixed_columns import COMMENT, TIME
from ..state.saved_pictures import load_pictures, pictures_file
from ..state.storage import read_json, state_directory, write_json
from ..table.cells import is_problem
from .build import ShiftSummary, group_failures

FIRST_S = 12 * 3600.0
"""Period of the first report: a shift."""
MOST_IN_TABLE = 200
TIMEOUT_S = 10.0


class Reports:
    """The reports of one folder.

    Args:
        folder: The DAMNIT folder.
        directory: Where the time of the last report is saved; None for the user's state.
        zone: Time zone of the times written; None for this machine's.
    """

    def __init__(
        self, folder: DamnitFolder, directory: Path | None = None, *, zone: tzinfo | None = None
    ) -> None:
        self._folder = folder
        self._database = Database(folder.database, timeout_s=TIMEOUT_S)
        self._directory = directory
        self._zone = zone
        self._state = (directory or state_directory()) / "reports.json"

    def collect(
        self, now: float, names: Sequence[str] | None, hours: float | None = None
    ) -> ShiftSummary:
        """Collect what happened since the last report.

        Args:
            now: Unix seconds.
            names: The columns of the table; None for all.
            hours: Period to cover instead.

        Raises:
            DamnitError: If the database cannot be read.
        """
        since = now - hours * 3600 if hours is not None else self._last() or now - FIRST_S
        with self._database.reading() as con:
            proposal, db_id = load_setting(con, "proposal"), load_setting(con, "db_id")
            rows = [run for run in load_runs(con) if since < _began(run) <= now]
            rows.sort(key=lambda run: run.key, reverse=True)
            columns = load_columns(con)
            titles = {column.name: column.title for column in columns}
            by_hand = {column.name for column in columns if column.type} | {COMMENT.name}
            values = load_values(con, keys=[run.key for run in rows]) if rows else []
            notes = [(n.timestamp, n.text) for n in load_notes(con) if since < n.timestamp <= now]
        file = pictures_file(db_id, self._folder.path, self._directory)
        pictures = load_pictures(file, since, now)
        has_values = {value.key for value in values}
        processed = {value.key for value in values if value.name not in by_hand}
        processed |= {run.key for run in rows if run.start_time is not None}
        in_table = [run for run in rows if run.key in processed | has_values]
        failed = [
            (value.key.run, titles.get(value.name, value.name), _message(value.attributes))
            for value in values
            if is_problem(value)
        ]
        return ShiftSummary(
            proposal if isinstance(proposal, int) else None,
            since,
            now,
            tuple(run.key for run in rows if run.key in processed),
            self._table(in_table[:MOST_IN_TABLE], columns, names),
            tuple(notes),
            group_failures(failed),
            pictures,
            frozenset(picture.path for picture in pictures if not picture.path.exists()),
            unprocessed=tuple(run.key for run in rows if run.key not in processed),
            labels=_runs_by_label(rows),
            left_out=len(in_table[MOST_IN_TABLE:]),
        )

    def done(self, summary: ShiftSummary) -> None:
        """Start the next report where this one ends."""
        try:
            content = read_json(self._state)
        except (OSError, ValueError):
            content = {}
        kept = content if isinstance(content, dict) else {}
        try:
            write_json(self._state, kept | {str(self._folder.path): summary.until})
        except OSError:
            pass  # the next report repeats some of it

    def logbook(self) -> Logbook:
        """Return the logbook to send reports to.

        Raises:
            DamnitError: If the folder has none configured.
        """
        return load_logbook(self._folder.path)

    def write(self, typed: str, text: str) -> Path:
        """Write the report to a new file; return its path.

        Raises:
            DamnitError: If it cannot be written.
        """
        path = typed_path(typed)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            return path
        except FileExistsError:
            raise DamnitError(f"{path} already exists.", hint="Choose another name.") from None
        except OSError as error:
            raise DamnitError(f"Cannot write {path}: {error.strerror}.") from error

    def _table(self, runs: list[RunRow], columns: list[Column], names: Sequence[str] | None) -> str:
        if not runs:
            return ""
        from .runs_table import write_runs

        known = {column.name: column for column in columns}
        ordered = sorted(known, key=lambda name: known[name].title) if names is None else names
        shown = [known[name] for name in ordered if name in known and name != TIME.name]
        return write_runs(self._database, runs, shown, self._zone)

    def _last(self) -> float | None:
        try:
            content = read_json(self._state)
        except (OSError, ValueError):
            return None
        at = content.get(str(self._folder.path)) if isinstance(content, dict) else None
        return float(at) if isinstance(at, int | float) else None


def _began(run: RunRow) -> float:
    return run.start_time or run.added_at or 0.0


def _runs_by_label(rows: Sequence[RunRow]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    found: dict[str, list[int]] = {}
    for row in rows:
        for label in row.labels:
            found.setdefault(label, []).append(row.key.run)
    return tuple((label, tuple(found[label])) for label in sorted(found))


def _message(attributes: dict[str, object]) -> str:
    name, text = attributes.get("error_cls") or "Error", str(attributes.get("error") or "")
    return f"{name}: {text.strip().splitlines()[0] if text.strip() else ''}".rstrip(": ")
