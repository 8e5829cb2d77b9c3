"""Settle time of a run's files, learnt from the pauses of earlier runs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..model import RunKey

KINDS = ("raw", "proc")
RUNS_REMEMBERED = 20
"""Of each kind; the effect of an old setup is forgotten after this many runs."""
LONGEST_S = 300.0
"""Upper limit on the learnt time: any later change counts as a new one."""
MARGIN = 1.5
"""Factor applied to the longest pause."""


class SettleTimes:
    """Settle times for `raw` and for `proc`.

    Args:
        least_s: Initial value and minimum.
        learns: Whether it grows with the observed pauses; not if a value is set.
        known: Earlier result of `dump`; invalid text is ignored.
    """

    def __init__(self, least_s: float, *, learns: bool = False, known: object = None) -> None:
        self._least_s = least_s
        self._learns = learns
        self._pauses: dict[str, dict[int, float]] = {kind: {} for kind in KINDS}
        for kind, pauses in _parse(known).items():
            self._pauses[kind] |= pauses

    def of(self, kind: str) -> float:
        """Return the settle time for one kind, in seconds."""
        longest_s = max(self._pauses[kind].values(), default=0.0)
        return max(self._least_s, min(MARGIN * longest_s, LONGEST_S))

    def note(self, key: RunKey, kind: str, pause_s: float) -> None:
        """Record that files of a run changed again after they had been unchanged for this long."""
        if not self._learns or not 0.0 < pause_s <= LONGEST_S:
            return
        pauses = self._pauses[kind]
        pauses[key.run] = max(pause_s, pauses.pop(key.run, 0.0))  # move it to the end
        while len(pauses) > RUNS_REMEMBERED:
            del pauses[next(iter(pauses))]

    def dump(self) -> str:
        """Return the observed pauses, as text for the next daemon."""
        kept = {
            kind: [[run, round(pause_s, 1)] for run, pause_s in pauses.items()]
            for kind, pauses in self._pauses.items()
        }
        return json.dumps(kept)


def _parse(text: object) -> Mapping[str, dict[int, float]]:
    try:
        found = json.loads(str(text or "{}"))
        return {
            kind: {
                int(run): min(max(0.0, float(pause_s)), LONGEST_S)
                for run, pause_s in found.get(kind, ())[-RUNS_REMEMBERED:]
            }
            for kind in KINDS
        }
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError):
        return {}
