"""Marked runs, and the range being marked; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from damnit_daemon.model import RunKey

MARK, IN_RANGE = "◆", "◇"


class RunSelection(NamedTuple):
    """Selected runs by key, so that sorting and filtering do not affect them."""

    runs: frozenset[RunKey] = frozenset()
    anchor: RunKey | None = None
    """Start of a range that is not ended yet."""

    def toggled(self, key: RunKey) -> RunSelection:
        """Return a copy with the mark of a run toggled."""
        return self._replace(runs=self.runs ^ {key})

    def with_runs(self, keys: Iterable[RunKey]) -> RunSelection:
        """Return a copy with more runs, ending the current range."""
        return RunSelection(self.runs | frozenset(keys))

    def cancelled(self) -> RunSelection:
        """Return a copy without the current range; without one, with no runs at all."""
        return RunSelection(self.runs) if self.anchor else RunSelection()

    def among(self, keys: Iterable[RunKey]) -> RunSelection:
        """Return a copy restricted to these runs."""
        left = frozenset(keys)
        return RunSelection(self.runs & left, self.anchor if self.anchor in left else None)

    def range_to(self, key: RunKey | None, shown: Sequence[RunKey]) -> Sequence[RunKey]:
        """Return the runs shown between anchor and run, inclusive; empty without an anchor."""
        if self.anchor is None or key is None:
            return ()
        if self.anchor not in shown or key not in shown:
            return ()
        first, last = sorted((shown.index(self.anchor), shown.index(key)))
        return shown[first : last + 1]


def mark_of(key: RunKey, marks: RunSelection, in_range: Collection[RunKey]) -> str:
    """Return the mark of a run that is marked or in the current range; empty for others."""
    if key in marks.runs:
        return MARK
    return IN_RANGE if key in in_range else ""
