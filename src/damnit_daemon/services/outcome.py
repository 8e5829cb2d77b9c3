"""Outcome of an extraction."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import RunKey


@dataclass
class RunOutcome:
    """Outcome of one run."""

    key: RunKey
    outcomes: dict[str, str] = field(default_factory=dict)
    """By variable: `done`, `skipped`, `failed` or `empty`."""
    errors: dict[str, str] = field(default_factory=dict)
    """Why variables failed or were skipped."""
    failure: str = ""
    """Why the run as a whole failed; empty if it did not."""
    is_absent: bool = False
    """True if the reason is that it has no files yet."""
    unreadable: list[str] = field(default_factory=list)
    """Files that could not be read, a sentence for `raw` and one for `proc`."""
    not_stored: str = ""
    """Why results are still in fragments; empty if they are not."""
    unsaved: str = ""
    """Why results could not be stored at all, so that they must be computed again."""
    duration_s: float = 0.0

    def count(self, outcome: str) -> int:
        """Return the number of variables with this outcome."""
        return sum(o == outcome for o in self.outcomes.values())


@dataclass
class ExtractionReport:
    """Outcome of all runs."""

    runs: list[RunOutcome] = field(default_factory=list)
    is_interrupted: bool = False
    problems: list[str] = field(default_factory=list)
    """Problems that need attention, each once."""

    @property
    def ok(self) -> bool:
        """True if no run failed as a whole, and all results are stored."""
        return not (self.problems or self.is_interrupted or any(r.failure for r in self.runs))
