"""Result of combining, in a form that can be passed between processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model import RunKey
from ..paths import BROKEN

if TYPE_CHECKING:
    from ..combine import CombineReport


@dataclass(frozen=True)
class CombineResult:
    """Result of a combiner."""

    saved: list[tuple[RunKey, list[str]]] = field(default_factory=list)
    """Values that are new in the database, by run."""
    notes: list[str] = field(default_factory=list)
    """Problems that need attention."""
    postponed: list[str] = field(default_factory=list)
    """Reasons why fragments are still waiting."""
    broken: list[tuple[str, str]] = field(default_factory=list)
    """Paths of quarantined fragments, each with the reason."""
    runs: int = 0
    """Number of runs combined."""

    @property
    def remarks(self) -> list[str]:
        """Return the problems that need attention, including quarantined fragments."""
        return self.notes + [
            f"{Path(path).name} is set aside in extracted_data/{BROKEN}: {reason}"
            for path, reason in self.broken
        ]

    @classmethod
    def from_report(cls, report: CombineReport) -> CombineResult:
        """Convert a combiner's report."""
        saved: dict[RunKey, list[str]] = {}
        for value in report.saved:
            saved.setdefault(value.key, []).append(value.name)
        notes = [f"{key}: {name} is not stored: {why}" for key, name, why in report.rejected]
        return cls(
            list(saved.items()),
            notes,
            [f"{key}: {error}" for key, error in report.postponed],
            [(str(path), why) for path, why in report.broken],
            len(report.combined),
        )

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> CombineResult:
        """Parse the result of `as_plain`."""
        saved = [(RunKey(proposal, run), names) for (proposal, run), names in plain["saved"]]
        broken = [(path, reason) for path, reason in plain["broken"]]
        return cls(saved, plain["notes"], plain["postponed"], broken, plain["runs"])

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON-compatible values."""
        return {
            "saved": self.saved,
            "notes": self.notes,
            "postponed": self.postponed,
            "broken": self.broken,
            "runs": self.runs,
        }
