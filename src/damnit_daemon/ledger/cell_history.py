"""History of one cell: the values it has had, by recomputation and by hand, in one list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..model import Blob, RunKey, StoredValue
from ..model.value import blob_kind, describe_blob
from ..runner.file_format import COMPUTED_AT, CONTEXT_HASH, JOB, USED_PARAMETERS
from ..store import Database, load_past_values, load_value, same_value
from ..store.parameters import parse_attributes
from .edit_journal import load_edits
from .errors import LedgerMissing
from .job import Parameters
from .ledger import Ledger

MOST_EDITS = 100
"""Edits of a cell that are listed."""


@dataclass(frozen=True)
class CellValue:
    """A value that a cell has or had."""

    stored: StoredValue
    """The value; a `Blob` stands for a picture or array that was not kept."""
    since: float | None
    """When it was stored, Unix seconds UTC; None if unknown."""
    until: float | None = None
    """When another value took its place; None for the present one, or if unknown."""
    author: str = ""
    """The user who typed it; empty if it was computed."""
    is_current: bool = False

    @property
    def computed_at(self) -> float | None:
        """When its function returned, Unix seconds UTC; None if not recorded."""
        found = self._attributes.get(COMPUTED_AT)
        return float(found) if isinstance(found, int | float) else None

    @property
    def context_hash(self) -> str:
        """Hash of the context file that computed it; empty if not recorded."""
        return str(self._attributes.get(CONTEXT_HASH) or "")

    @property
    def parameters(self) -> Parameters:
        """Values of the parameters that it was computed with, as far as recorded."""
        found = parse_attributes(str(self._attributes.get(USED_PARAMETERS) or ""))
        return tuple(sorted((n, v) for n, v in found.items() if isinstance(v, int | float | str)))

    @property
    def job(self) -> int | None:
        """Number of the daemon's job that computed it; None if not recorded."""
        found = self._attributes.get(JOB)
        return found if isinstance(found, int) and found > 0 else None

    def text(self) -> str:
        """Return the value, or the reason for none, in words."""
        value, failure = self.stored.value, self.stored.failure
        if failure is not None:
            return f"» {failure.message}" if failure.is_skip else f"✗ {failure.message}"
        if isinstance(value, bytes):
            value = Blob(blob_kind(value, self.stored.summary_type), len(value))
        if isinstance(value, Blob):
            return str(describe_blob(value))
        return "empty" if value is None or value == "" else str(value)

    @property
    def _attributes(self) -> dict[str, Any]:
        return self.stored.attributes


def load_cell_history(
    database: Database, ledger: Ledger, key: RunKey, name: str
) -> list[CellValue]:
    """Load the values of a cell, the present one and then earlier ones, newest first.

    Earlier ones are those that this program has replaced, and those that its users have
    edited; other programs leave no trace of what they replace.

    Raises:
        StoreError: If the database or the ledger cannot be read.
    """
    with database.reading() as con:
        current = load_value(con, key, name)
        past = load_past_values(con, key, name)
    found = [CellValue(old.stored, old.stored.timestamp or None, old.replaced_at) for old in past]
    found += _typed(ledger, key, name)
    found.sort(key=lambda each: each.since or 0.0, reverse=True)
    if current is None:
        return found
    return [_current(current, found), *(each for each in found if not _is(each, current))]


def _typed(ledger: Ledger, key: RunKey, name: str) -> list[CellValue]:
    """Load what was typed into a cell, and what was there before the first known edit."""
    try:
        with ledger.reading() as con:
            edits = load_edits(con, key=key, name=name, limit=MOST_EDITS)
    except LedgerMissing:
        return []
    found = []
    until = None
    for edit in edits:
        stored = StoredValue(key, name, edit.new, edit.made_at, provenance="manual-input")
        found.append(CellValue(stored, edit.made_at, until, edit.author))
        until = edit.made_at
    if edits and edits[-1].old not in (None, ""):
        stored = StoredValue(key, name, edits[-1].old, 0.0, provenance="manual-input")
        found.append(CellValue(stored, None, until))
    return found


def _current(current: StoredValue, found: list[CellValue]) -> CellValue:
    author = next((each.author for each in found if _is(each, current)), "")
    return CellValue(current, current.timestamp, author=author, is_current=True)


def _is(typed: CellValue, current: StoredValue) -> bool:
    """Return True for the journal's entry of the present value."""
    return (
        bool(typed.author)
        and typed.until is None
        and typed.since == current.timestamp
        and same_value(typed.stored.value, current.value)
    )
