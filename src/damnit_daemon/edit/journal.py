"""The journal of edits, in the ledger beside the database."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import DamnitError
from ..ledger import Edit, Ledger, append_edit
from ..paths import DamnitFolder

TIMEOUT_S = 5.0
"""How long to wait while the daemon writes its ledger; the edit itself is stored by then."""


class Journal:
    """Notes who changed what; what cannot be noted costs no edit.

    Attributes:
        problem: Why the last edits could not be noted; empty if they could.
    """

    def __init__(self, folder: DamnitFolder) -> None:
        self.problem = ""
        self._ledger = Ledger(folder.ledger, timeout_s=TIMEOUT_S)

    def append(self, edits: Iterable[Edit]) -> None:
        """Note edits; a ledger that is missing is made."""
        try:
            self._ledger.create()
            with self._ledger.writing() as con:
                for edit in edits:
                    append_edit(con, edit)
        except DamnitError as error:
            self.problem = error.message
        else:
            self.problem = ""
