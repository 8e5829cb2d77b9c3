"""The `Folder` class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ..edit import AnySaved, SavedLabels, SavedValues
from ..errors import DamnitError
from ..model import Column, RunKey, VariableInfo
from ..model.labels import has_label
from ..paths import DamnitFolder, locate_folder
from ..store import Database, RaisedAlert, load_alerts, load_columns, load_runs, load_setting
from .edits import define_variable, label_runs, revert, set_values
from .run import Run
from .submission import submit

if TYPE_CHECKING:
    import pandas as pd

    from ..ledger import Job, JobState, Timing
    from .value import Value

TIMEOUT_S = 10.0
"""How long to wait for another program's write lock."""


class NoSuchRun(DamnitError, KeyError):  # noqa: N818 – house style
    """The database has no such run."""

    __str__ = DamnitError.__str__


class Folder:
    """A DAMNIT folder.

    Every call reads the current state, so the daemon's latest results are included.

    Attributes:
        path: The folder's path.
    """

    def __init__(self, location: int | str | Path = ".") -> None:
        """Open a folder.

        Args:
            location: A path, or a proposal number.

        Raises:
            DamnitError: If the folder, or a readable database in it, does not exist.
        """
        self._folder: DamnitFolder = locate_folder(
            str(location) if isinstance(location, int) else location
        )
        self.path = self._folder.path
        self._database = Database(self._folder.database, timeout_s=TIMEOUT_S)
        self._database.format_version()

    def __repr__(self) -> str:
        return f"Folder({str(self.path)!r})"

    @property
    def proposal(self) -> int | None:
        """The folder's proposal number; None if it is not set."""
        with self._database.reading() as con:
            found = load_setting(con, "proposal")
        return found if isinstance(found, int) else None

    def runs(self, *, processed: bool = True, label: str | None = None) -> list[Run]:
        """Return the runs in order of their numbers.

        Args:
            processed: Only runs with computed values.
            label: Only runs with this label, ignoring case; `none`: only those without labels.
        """
        with self._database.reading() as con:
            rows = load_runs(con)
        if label is not None:
            rows = [row for row in rows if has_label(row.labels, label)]
        return [Run(self._folder, row) for row in rows if row.start_time or not processed]

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs())

    def variables(self) -> list[Column]:
        """Return the variables: name, title, description, type and tags of each.

        The type is None for variables computed by a context file.
        """
        with self._database.reading() as con:
            return load_columns(con)

    @overload
    def __getitem__(self, item: int | tuple[int, int]) -> Run: ...

    @overload
    def __getitem__(self, item: tuple[int, str] | tuple[int, int, str]) -> Value: ...

    def __getitem__(self, item: Any) -> Any:
        """Return a run (`folder[42]`, `folder[1234, 42]`) or a value (`folder[42, "xgm"]`).

        Raises:
            NoSuchRun: If there is no such run, or several proposals have one of this number.
            NoSuchVariable: If there is no such variable.
        """
        parts = item if isinstance(item, tuple) else (item,)
        name = parts[-1] if parts and isinstance(parts[-1], str) else None
        numbers = parts[:-1] if name is not None else parts
        if len(numbers) not in (1, 2) or not all(isinstance(n, int) for n in numbers):
            raise TypeError(
                "use folder[run] or folder[proposal, run], optionally followed by a name"
            )
        run = self._run(*numbers)
        return run if name is None else run[name]

    def _run(self, *numbers: int) -> Run:
        with self._database.reading() as con:
            rows = load_runs(con)
        found = [row for row in rows if tuple(row.key)[-len(numbers) :] == numbers]
        if len(found) > 1 and (own := self.proposal) is not None:
            found = [row for row in found if row.key.proposal == own] or found
        if len(found) == 1:
            return Run(self._folder, found[0])
        name = " of proposal ".join(str(n) for n in reversed(numbers))
        if found:
            proposals = ", ".join(str(row.key.proposal) for row in found)
            hint = f"Specify the proposal: folder[{found[0].key.proposal}, {numbers[-1]}]."
            raise NoSuchRun(f"Run {name} is one of several proposals: {proposals}.", hint=hint)
        raise NoSuchRun(f"There is no run {name} in {self.path}.")

    def table(
        self,
        *,
        filter: str = "",
        sort: str = "",
        columns: str = "",
        titles: bool = False,
        derive: str | Iterable[str] = (),
    ) -> pd.DataFrame:
        """Return the run table: `proposal`, `run`, `start_time` (UTC), and a column per variable.

        Failed and skipped cells are empty; `folder[run, name].error` has the reason. Values
        other than numbers and text become `<image>`, `<trendline>`, or an array's type and shape.
        The derived columns shared in the folder are among the columns.

        Args:
            filter: A filter (docs/filter.md).
            sort: Comma-separated columns; prefix one with `-` for descending order.
            columns: Comma-separated columns, in this order; all by default.
            titles: Name the columns by their titles.
            derive: Further derived columns, such as `hits / pulses as rate` (docs/derived.md).

        Raises:
            DamnitError: If the filter or a definition is not valid, or a column does not exist or
                has nothing to sort by.
        """
        from .table import load_frame

        return load_frame(self._database, filter, sort, columns, titles=titles, derive=derive)

    def alerts(self) -> list[RaisedAlert]:
        """Return the alerts that the app has raised, newest runs first, the last 1000 of them.

        Each has its run (`key`), `rule`, `raised_at` and, once a user has acknowledged it,
        `acknowledged_at` and `acknowledged_by`; times are Unix seconds.
        """
        with self._database.reading() as con:
            return load_alerts(con)

    def jobs(
        self,
        run: int | None = None,
        *,
        states: tuple[JobState, ...] | None = None,
        limit: int | None = None,
    ) -> list[Job]:
        """Return the daemon's jobs, newest first; none if no daemon has ever run here.

        Args:
            run: Only jobs of this run.
            states: Only jobs in one of these states.
            limit: Maximum number of jobs.
        """
        from ..ledger import Ledger, LedgerMissing, load_jobs

        key = None if run is None else self._run(run).key
        try:
            with Ledger(self._folder.ledger).reading() as con:
                return load_jobs(con, states=states, key=key, limit=limit)
        except LedgerMissing:
            return []

    def timings(self) -> list[Timing]:
        """Return the cost of each variable in the daemon's latest jobs, most expensive first."""
        from ..ledger import Ledger, LedgerMissing, load_timings

        try:
            with Ledger(self._folder.ledger).reading() as con:
                return load_timings(con)
        except LedgerMissing:
            return []

    def submit(
        self,
        run: int | RunKey,
        values: Mapping[str, Any],
        *,
        provenance: str,
        errors: Mapping[str, BaseException | str] | None = None,
        start_time: float | None = None,
    ) -> Path:
        """Submit results that were computed elsewhere; see `submit`."""
        return submit(
            self.path, run, values, provenance=provenance, errors=errors, start_time=start_time
        )

    def edit(self, values: Mapping[int | RunKey, Mapping[str, Any]]) -> SavedValues:
        """Set comments and user-editable variables of many runs: all of them, or none.

        Args:
            values: Values by name for each run; None clears a cell. See `Run.set`.

        Returns:
            What was changed, for `undo`.

        Raises:
            NoSuchRun: If there is no such run.
            DamnitError: See `Run.set`.
        """
        keys = {run: (run,) if isinstance(run, int) else tuple(run) for run in values}
        return set_values(
            self._folder, {self._run(*keys[run]).key: of_run for run, of_run in values.items()}
        )

    def label(
        self, runs: Iterable[int | RunKey], *labels: str, remove: Iterable[str] = ()
    ) -> SavedLabels:
        """Add labels to runs, such as good or bad, and remove others; see `Run.label`.

        Raises:
            NoSuchRun: If there is no such run.
            DamnitError: See `Run.label`.
        """
        numbers = [(run,) if isinstance(run, int) else tuple(run) for run in runs]
        keys = [self._run(*number).key for number in numbers]
        return label_runs(self._folder, keys, labels, remove)

    def define_variable(
        self, name: str, type: str, *, title: str = "", description: str = ""
    ) -> None:
        """Add a user-editable variable, as `A` in the app.

        Args:
            name: An identifier.
            type: `boolean`, `integer`, `number` or `string`.
            title: The column's title; by default the name.
            description: For the column's help.

        Raises:
            DamnitError: If name, title or type is not allowed, or the folder is not writable.
        """
        define_variable(self._folder, VariableInfo(name, title or name, description or None, type))

    def undo(self, saved: AnySaved) -> None:
        """Undo an edit or a change of labels, unless that has been changed since.

        Raises:
            EditConflict: If a cell has; nothing is written then.
            DamnitError: If labels have; nothing is written then.
        """
        revert(self._folder, saved)
