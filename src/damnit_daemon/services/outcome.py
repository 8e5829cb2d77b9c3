"""What became of an extraction."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import RunKey


@dataclass
class RunOutcome:
    """What became of one run."""

    key: RunKey
    outcomes: dict[str, str] = field(default_factory=dict)
    """Of each variable: `done`, `skipped`, `failed` or `empty`."""
    errors: dict[str, str] = field(default_factory=dict)
    """Why variables failed or were skipped."""
    failure: str = ""
    """Why the run as a whole failed; empty if it did not."""
    is_absent: bool = False
    """Whether that is so because it has no files yet."""
    unreadable: list[str] = field(default_factory=list)
    """Which files could not be read, a sentence for `raw` and one for `proc`."""
    not_stored: str = ""
    """Why results are still in fragments; empty if they are not."""
    owed: str = ""
    """Why results could not be stored at all, so that they have to be computed again."""
    duration_s: float = 0.0

    def count(self, outcome: str) -> int:
        """How many variables had this outcome."""
        return sum(o == outcome for o in self.outcomes.values())


@dataclass
class ExtractionReport:
    """What became of all runs."""

    runs: list[RunOutcome] = field(default_factory=list)
    is_interrupted: bool = False
    problems: list[str] = field(default_factory=list)
    """What somebody has to look at, each once."""

    @property
    def ok(self) -> bool:
        """Whether no run failed as a whole, and all is stored."""
        return not (self.problems or self.is_interrupted or any(r.failure for r in self.runs))
