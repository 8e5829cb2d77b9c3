"""The first page of a run table: loaded in a thread while the app is still being imported."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from typing import NamedTuple

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import Column, RunKey, RunRow, StoredValue
from damnit_daemon.store import (
    Database,
    load_columns,
    load_listed_runs,
    load_setting,
    load_values,
)

from .worker_errors import Failure

NARROW = 5
"""Columns are seldom narrower, in cells; limits the variables of the first page."""


class FirstPage(NamedTuple):
    """The newest runs of a database, and the values of the first variables."""

    proposal: int | None
    runs: list[RunRow]
    columns: list[Column]
    values: list[StoredValue]
    complete: list[RunKey]
    """The runs whose values are loaded, for the variables on the first screen."""
    db_id: object = None
    """The identity of the database, independent of its path; None if it has none."""


class FirstPageLoader:
    """Load the first page, ahead of time if `begin` is called."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ahead: _BackgroundLoad | None = None

    def begin(self) -> None:
        """Start loading: the page is ready when the app has been imported."""
        self._ahead = _BackgroundLoad(self._load)

    def is_ready(self) -> bool:
        """Return True if `load` after `begin` would not have to wait."""
        return self._ahead is not None and self._ahead.is_done()

    def peek(self, patience_s: float) -> FirstPage | None:
        """Return the page if it is ready soon; `load` still returns it afterwards."""
        return self._ahead.result_within(patience_s) if self._ahead is not None else None

    def load(self) -> FirstPage:
        """Return the page started by `begin`, or load it now.

        Raises:
            DamnitError: If the database cannot be read.
            OSError: If the file system fails.
        """
        ahead, self._ahead = self._ahead, None
        return ahead.result() if ahead is not None else self._load()

    def _load(self) -> FirstPage:
        with self._database.reading() as con:
            proposal = load_setting(con, "proposal")
            width, height = shutil.get_terminal_size()
            runs = load_listed_runs(con, newest=height)
            newest = sorted((run.key for run in runs), reverse=True)
            columns = load_columns(con, ())
            names = [name for _, name in sorted((c.title.casefold(), c.name) for c in columns)]
            names = ["comment", *names[: width // NARROW]]
            return FirstPage(
                proposal if isinstance(proposal, int) else None,
                runs,
                columns,
                load_values(con, keys=newest, names=names) if newest else [],
                newest,
                load_setting(con, "db_id"),
            )


class _BackgroundLoad:
    def __init__(self, load: Callable[[], FirstPage]) -> None:
        self._load = load
        self._found: FirstPage | None = None
        self._error: DamnitError | OSError | None = None
        self._thread = threading.Thread(target=self._run, name="first-page", daemon=True)
        self._thread.start()

    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def result_within(self, patience_s: float) -> FirstPage | None:
        self._thread.join(patience_s)
        return self._found

    def result(self) -> FirstPage:
        self._thread.join()
        if self._found is None:
            raise self._error or RuntimeError("loading the first page returned no result")
        return self._found

    def _run(self) -> None:
        try:
            self._found = self._load()
        except Failure as error:
            self._error = error
