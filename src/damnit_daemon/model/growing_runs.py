"""Runs not processed yet because their files are still being written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from ..text import count_of
from .run import RunKey

MOST = 50
LARGEST = 2**63
LONGEST_TEXT = 300


@dataclass(frozen=True)
class GrowingRun:
    """A run's `raw` or `proc` folder while it is growing. Times are Unix seconds."""

    proposal: int
    run: int
    data: str
    files: int
    size_bytes: int
    since: float
    """When it was first seen."""
    changed_at: float
    """When a change was last seen."""
    settle_s: float
    """How long it has to be unchanged."""
    lacks: str = ""
    """Why it is considered incomplete, though it no longer changes."""

    @property
    def key(self) -> RunKey:
        """Key of the run."""
        return RunKey(self.proposal, self.run)

    def sentence(self, now: float) -> str:
        """Describe its growth in a sentence."""
        count = count_of(self.files, "file")
        size = f"{self.size_bytes / 1e9:.2f} GB"
        still_s = max(0.0, now - self.changed_at)
        if self.lacks:
            return f"its {self.data} files are incomplete: {self.lacks} ({count}, {size})"
        return (
            f"its {self.data} files are still arriving: {count}, {size}, last change "
            f"{still_s:.0f} s ago; it is processed after {self.settle_s:.0f} s without changes"
        )


def growing_to_json(runs: Iterable[GrowingRun]) -> list[dict[str, Any]]:
    """Return plain values for the lease; only the newest if there are many."""
    newest = sorted(runs, key=lambda each: (each.key, each.data))[-MOST:]
    return [asdict(each) for each in newest]


def parse_growing(found: object) -> tuple[GrowingRun, ...]:
    """Parse them from a lease, skipping malformed ones."""
    if not isinstance(found, list):
        return ()
    runs = []
    for each in found[:MOST]:
        try:
            runs.append(_parse(each))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    return tuple(runs)


def _parse(found: dict[str, Any]) -> GrowingRun:
    def number(name: str) -> float:
        value = float(found[name])
        if not 0 <= value < LARGEST:
            raise ValueError(name)
        return value

    return GrowingRun(
        int(number("proposal")),
        int(number("run")),
        str(found["data"])[:10],
        int(number("files")),
        int(number("size_bytes")),
        number("since"),
        number("changed_at"),
        number("settle_s"),
        str(found.get("lacks", ""))[:LONGEST_TEXT],
    )
