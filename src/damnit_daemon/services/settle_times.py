"""How long the files of a run have to be still: learnt from the pauses of earlier runs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..model import RunKey

KINDS = ("raw", "proc")
RUNS_REMEMBERED = 20
"""Of each kind; what a change of the setup taught is forgotten after so many runs."""
LONGEST_S = 300.0
"""The longest time that is learnt: what comes later yet is a change of its own."""
MARGIN = 1.5
"""By how much longer than the longest pause it is."""


class SettleTimes:
    """Two times, for `raw` and for `proc`.

    Args:
        least_s: What it is before anything was seen, and never less.
        learns: Whether it grows with what is seen; not if somebody has set it.
        known: What `dump` gave earlier; anything else counts as nothing.
    """

    def __init__(self, least_s: float, *, learns: bool = False, known: object = None) -> None:
        self._least_s = least_s
        self._learns = learns
        self._pauses: dict[str, dict[int, float]] = {kind: {} for kind in KINDS}
        for kind, pauses in _parse(known).items():
            self._pauses[kind] |= pauses

    def of(self, kind: str) -> float:
        """The time for one kind, in seconds."""
        longest_s = max(self._pauses[kind].values(), default=0.0)
        return max(self._least_s, min(MARGIN * longest_s, LONGEST_S))

    def note(self, key: RunKey, kind: str, pause_s: float) -> None:
        """Note that files of a run changed again after they had been still for so long."""
        if not self._learns or not 0.0 < pause_s <= LONGEST_S:
            return
        pauses = self._pauses[kind]
        pauses[key.run] = max(pause_s, pauses.pop(key.run, 0.0))  # it comes last
        while len(pauses) > RUNS_REMEMBERED:
            del pauses[next(iter(pauses))]

    def dump(self) -> str:
        """What was seen, as text for the next daemon."""
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
