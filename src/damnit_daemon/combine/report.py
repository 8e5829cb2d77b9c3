"""Outcome of combining fragments."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..errors import DamnitError
from ..model import RunKey, StoredValue
from ..store import Rejected


class QuarantinedFragment(NamedTuple):
    """Fragment set aside, wholly or for a part of it."""

    path: Path
    """Its original path."""
    reason: str


@dataclass
class CombineReport:
    """Outcome of a combiner; filled as it runs."""

    combined: list[RunKey] = field(default_factory=list)
    """Runs whose results file and database rows are up to date."""
    saved: list[StoredValue] = field(default_factory=list)
    """Values new in the database; not those ingested before."""
    rejected: list[Rejected] = field(default_factory=list)
    """Values that the database rejected."""
    broken: list[QuarantinedFragment] = field(default_factory=list)
    """Fragments now in `extracted_data/broken/`, with a text file of the reason."""
    postponed: list[tuple[RunKey, DamnitError]] = field(default_factory=list)
    """Runs whose fragments wait for the next attempt; their values are in the database."""
    removed: list[Path] = field(default_factory=list)
    """Unfinished files of dead processes."""

    @property
    def names(self) -> list[str]:
        """Variables with new values, each once."""
        return list(dict.fromkeys(value.name for value in self.saved))
