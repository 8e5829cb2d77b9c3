"""What became of the fragments that were to be combined."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..errors import DamnitError
from ..model import RunKey, StoredValue
from ..store import Rejected


class QuarantinedFragment(NamedTuple):
    """A fragment that was set aside, wholly or for a part of it."""

    path: Path
    """Where it was."""
    reason: str


@dataclass
class CombineReport:
    """What a combiner did; filled while it works."""

    combined: list[RunKey] = field(default_factory=list)
    """Runs whose results file and database rows are up to date now."""
    saved: list[StoredValue] = field(default_factory=list)
    """Values that are new in the database; not those that were ingested before."""
    rejected: list[Rejected] = field(default_factory=list)
    """Values that the database does not take."""
    broken: list[QuarantinedFragment] = field(default_factory=list)
    """Fragments in `extracted_data/broken/` now, with a text file that says why."""
    postponed: list[tuple[RunKey, DamnitError]] = field(default_factory=list)
    """Runs whose fragments wait for the next time; their values are in the database."""
    removed: list[Path] = field(default_factory=list)
    """Unfinished files of processes that died."""

    @property
    def names(self) -> list[str]:
        """The variables that have new values, each once."""
        return list(dict.fromkeys(value.name for value in self.saved))
