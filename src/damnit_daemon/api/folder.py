"""A DAMNIT folder, as a program sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ..errors import DamnitError
from ..model import Column, RunKey
from ..paths import DamnitFolder, locate_folder
from ..store import Database, load_columns, load_runs, load_setting
from .run import Run
from .submission import submit

if TYPE_CHECKING:
    import pandas as pd

    from ..ledger import Job, JobState, Timing
    from .value import Value

TIMEOUT_S = 10.0
"""How long to wait while another program writes."""


class NoSuchRun(DamnitError, KeyError):  # noqa: N818 – house style
    """The database does not know the run."""

    __str__ = DamnitError.__str__


class Folder:
    """A DAMNIT folder, open for reading.

    Each call looks at the folder as it is then: what the daemon stores meanwhile is seen.

    Attributes:
        path: Where it is.
    """

    def __init__(self, location: int | str | Path = ".") -> None:
        """Find the folder.

        Args:
            location: A path, or a proposal's number.

        Raises:
            DamnitError: If there is none, or no database that can be read in it.
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
        """The proposal whose runs it is for; None if nobody said."""
        with self._database.reading() as con:
            found = load_setting(con, "proposal")
        return found if isinstance(found, int) else None

    def runs(self, *, processed: bool = True) -> list[Run]:
        """The runs by number.

        Args:
            processed: Only those of which something was computed.
        """
        with self._database.reading() as con:
            rows = load_runs(con)
        return [Run(self._folder, row) for row in rows if row.start_time or not processed]

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs())

    def variables(self) -> list[Column]:
        """What the table has columns for: name, title, description, type and tags of each.

        The type is None for what a context file computes.
        """
        with self._database.reading() as con:
            return load_columns(con)

    @overload
    def __getitem__(self, item: int | tuple[int, int]) -> Run: ...

    @overload
    def __getitem__(self, item: tuple[int, str] | tuple[int, int, str]) -> Value: ...

    def __getitem__(self, item: Any) -> Any:
        """A run: `folder[42]`, `folder[1234, 42]`; or a value: `folder[42, "xgm"]`.

        Raises:
            NoSuchRun: If there is no such run, or it is one of several proposals.
            NoSuchVariable: If there is no such variable.
        """
        parts = item if isinstance(item, tuple) else (item,)
        name = parts[-1] if parts and isinstance(parts[-1], str) else None
        numbers = parts[:-1] if name is not None else parts
        if len(numbers) not in (1, 2) or not all(isinstance(n, int) for n in numbers):
            raise TypeError("folder[run], folder[proposal, run], either with a name behind")
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
            hint = f"Say which: folder[{found[0].key.proposal}, {numbers[-1]}]."
            raise NoSuchRun(f"Run {name} is one of several proposals: {proposals}.", hint=hint)
        raise NoSuchRun(f"There is no run {name} in {self.path}.")

    def table(
        self, *, filter: str = "", sort: str = "", columns: str = "", titles: bool = False
    ) -> pd.DataFrame:
        """The run table: `proposal`, `run`, `start_time` (UTC), and a column for each variable.

        What failed or was skipped is empty; `folder[run, name].error` says why. Of what is no
        number or text there is `<image>` or `<trendline>`, or an array's type and shape.

        Args:
            filter: In the filter language (docs/filter.md).
            sort: Columns with commas between; `-` before one: the largest first.
            columns: Which, with commas between, in this order; all by default.
            titles: Call columns by their titles.

        Raises:
            DamnitError: If the filter is wrong, or a column is not there.
        """
        from .table import load_frame

        return load_frame(self._database, filter, sort, columns, titles=titles)

    def jobs(
        self,
        run: int | None = None,
        *,
        states: tuple[JobState, ...] | None = None,
        limit: int | None = None,
    ) -> list[Job]:
        """The daemon's jobs, the newest first; none where no daemon ever worked.

        Args:
            run: Only those of this run.
            states: Only those in one of these.
            limit: At most so many.
        """
        from ..ledger import Ledger, LedgerMissing, load_jobs

        key = None if run is None else self._run(run).key
        try:
            with Ledger(self._folder.ledger).reading() as con:
                return load_jobs(con, states=states, key=key, limit=limit)
        except LedgerMissing:
            return []

    def timings(self) -> list[Timing]:
        """What each variable costs by the daemon's latest jobs, the dearest first."""
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
        """Hand in results that were computed elsewhere; see `submit`."""
        return submit(
            self.path, run, values, provenance=provenance, errors=errors, start_time=start_time
        )
