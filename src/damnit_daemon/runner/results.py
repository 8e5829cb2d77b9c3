"""What an evaluation gave, in memory; it can be saved like the daemon's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from damnit_ctx import Cell

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
        results.cells["xgm"].units      # with its looks
        results.errors                  # why others have none
        results.save("/path/to/a/damnit/folder")

    Attributes:
        cells: What did not fail, `start_time` first; the data is None of what returned None.
            Transient variables are not among them.
        errors: The exceptions of those that have none.
        ctx: What was evaluated.
        proposal: Of the run.
        run: Its number.
    """

    cells: dict[str, Cell]
    errors: dict[str, BaseException]
    ctx: Context
    proposal: int
    run: int
    computed: Mapping[str, Computed] = field(default_factory=dict, repr=False)
    """How each came to be."""

    def __getitem__(self, name: str) -> Any:
        """The data of a variable.

        Raises:
            KeyError: If it has none; with its own exception as the cause, if it failed.
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
        """Hand all of it to a DAMNIT folder, in one piece; its daemon takes it from there.

        What cannot be stored becomes that variable's error.

        Args:
            damnit_dir: The folder.
            proposal: Whose run it is; by default the one that was evaluated.
            run: Its number, likewise.
            provenance: Who made the values.

        Returns:
            The fragment. `damnit combine` takes it into the table where no daemon is at work.

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
