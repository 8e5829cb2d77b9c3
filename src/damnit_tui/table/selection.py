"""Marked runs, and a range that is being marked; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from damnit_daemon.model import RunKey

MARK, IN_RANGE = "◆", "◇"


class RunSelection(NamedTuple):
    """Runs by what they are, so that sorting and filtering change nothing."""

    runs: frozenset[RunKey] = frozenset()
    anchor: RunKey | None = None
    """Where a range begins that is not ended yet."""

    def toggled(self, key: RunKey) -> RunSelection:
        """The same with a run marked, or not any more."""
        return self._replace(runs=self.runs ^ {key})

    def with_runs(self, keys: Iterable[RunKey]) -> RunSelection:
        """The same with some more; a range that was begun is over."""
        return RunSelection(self.runs | frozenset(keys))

    def among(self, keys: Iterable[RunKey]) -> RunSelection:
        """The same without runs that are not among these."""
        left = frozenset(keys)
        return RunSelection(self.runs & left, self.anchor if self.anchor in left else None)

    def range_to(self, key: RunKey | None, shown: Sequence[RunKey]) -> Sequence[RunKey]:
        """The runs shown from the anchor to another one, both of them among it; empty without."""
        if self.anchor is None or key is None:
            return ()
        if self.anchor not in shown or key not in shown:
            return ()
        first, last = sorted((shown.index(self.anchor), shown.index(key)))
        return shown[first : last + 1]
