"""What came of combining, in words that travel between processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..combine import CombineReport
from ..model import RunKey


@dataclass(frozen=True)
class Combined:
    """What a combiner did."""

    saved: list[tuple[RunKey, list[str]]] = field(default_factory=list)
    """Values that are new in the database, by run."""
    notes: list[str] = field(default_factory=list)
    """What somebody should look at."""
    postponed: list[str] = field(default_factory=list)
    """Why fragments still wait."""

    @classmethod
    def from_report(cls, report: CombineReport) -> Combined:
        """Put a combiner's report into words."""
        saved: dict[RunKey, list[str]] = {}
        for value in report.saved:
            saved.setdefault(value.key, []).append(value.name)
        notes = [f"{key}: {name} is not stored: {why}" for key, name, why in report.rejected]
        notes += [f"{path.name} was set aside: {why}" for path, why in report.broken]
        return cls(list(saved.items()), notes, [str(error) for _, error in report.postponed])

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Combined:
        """Read what `as_plain` gave."""
        saved = [(RunKey(proposal, run), names) for (proposal, run), names in plain["saved"]]
        return cls(saved, plain["notes"], plain["postponed"])

    def as_plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"saved": self.saved, "notes": self.notes, "postponed": self.postponed}
