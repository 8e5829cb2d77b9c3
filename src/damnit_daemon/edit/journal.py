"""The journal of edits, in the ledger next to the database."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import DamnitError
from ..ledger import Edit, Ledger, append_edit
from ..paths import DamnitFolder

TIMEOUT_S = 5.0
"""How long to wait for the daemon to release its ledger; the edit is already stored."""


class Journal:
    """Records who changed what; a journal failure does not fail the edit.

    Attributes:
        problem: Why the last edits could not be recorded; empty if they could.
    """

    def __init__(self, folder: DamnitFolder) -> None:
        self.problem = ""
        self._ledger = Ledger(folder.ledger, timeout_s=TIMEOUT_S)

    def append(self, edits: Iterable[Edit]) -> None:
        """Append edits; creates the ledger if missing."""
        try:
            self._ledger.create()
            with self._ledger.writing() as con:
                for edit in edits:
                    append_edit(con, edit)
        except DamnitError as error:
            self.problem = error.message
        else:
            self.problem = ""
