"""Results of an evaluation, in memory; they can be saved like the daemon's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .cell import Cell
from .context import Context
from .encode import Computed
from .evaluate import describe
from .file_format import CONTEXT_PROVENANCE, START_TIME
from .fragment import CannotBeStored, FragmentEntry, FragmentWriter


@dataclass(frozen=True)
class Results:
    """Results of one run.

        results = Pipeline.from_context_file("context.py").execute(...)
        results["xgm"]                  # the data
        results.cells["xgm"].units      # with its formatting
        results.errors                  # why others have no data
        results.save("/path/to/a/damnit/folder")

    Attributes:
        cells: Cells of the variables that did not fail, `start_time` first; the data is None
            if a function returned None. Transient variables are excluded.
        errors: Exceptions of those without a cell.
        ctx: The evaluated context.
        proposal: Number of the run's proposal.
        run: Number of the run.
    """

    cells: dict[str, Cell]
    errors: dict[str, BaseException]
    ctx: Context
    proposal: int
    run: int
    computed: Mapping[str, Computed] = field(default_factory=dict, repr=False)
    """Provenance of each value."""

    def __getitem__(self, name: str) -> Any:
        """Return the data of a variable.

        Raises:
            KeyError: If it has none; caused by the variable's own exception if it failed.
        """
        if name in self.cells:
            return self.cells[name].data
        error = self.errors.get(name)
        known = ", ".join(self.cells)
        reason = f"{type(error).__name__}: {error}" if error else f"there are {known}"
        raise KeyError(f"{name!r} has no value ({reason})") from error

    def save(
        self,
        damnit_dir: str | Path,
        proposal: int | None = None,
        run: int | None = None,
        *,
        provenance: str = CONTEXT_PROVENANCE,
    ) -> Path:
        """Save all results atomically to a DAMNIT folder, for its daemon to pick up.

        A value that cannot be stored becomes its variable's error.

        Args:
            damnit_dir: The folder.
            proposal: Number of the proposal; by default the evaluated run's.
            run: Number of the run, likewise.
            provenance: The origin of the values.

        Returns:
            The fragment. If no daemon is running, `damnit-daemon combine` adds it to the table.

        Raises:
            OSError: If it cannot be written.
        """
        writer = FragmentWriter(
            Path(damnit_dir),
            self.proposal if proposal is None else proposal,
            self.run if run is None else run,
            provenance=provenance,
        )
        entries = {name: self._entry(name) for name in self.computed if name != START_TIME}
        start = self.cells.get(START_TIME)
        while True:
            try:
                return writer.write_together(
                    list(entries.values()),
                    None if start is None else float(start.data),
                    self.computed.get(START_TIME),
                )
            except CannotBeStored as error:
                print(error, file=sys.stderr)
                text, error_class = describe(error.cause, None)
                computed = entries[error.name].computed
                failed = FragmentEntry(error.name, computed, message=text, error_class=error_class)
                entries[error.name] = failed

    def _entry(self, name: str) -> FragmentEntry:
        computed, cell = self.computed[name], self.cells.get(name)
        if cell is not None and not cell.is_empty:
            return FragmentEntry(name, computed, cell)
        text, error_class = describe(self.errors.get(name), None)
        return FragmentEntry(name, computed, message=text, error_class=error_class)
