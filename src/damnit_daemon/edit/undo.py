"""What was edited, as plain values: enough to take it back, if nobody has changed it since."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import StoredValue, VariableInfo
from ..store import Note, ValueEdit


@dataclass(frozen=True)
class SavedValues:
    """Values that were written."""

    changes: tuple[ValueEdit, ...]
    """Without those that held already what was wanted; `new` is what is stored."""
    written: tuple[StoredValue, ...]

    def undone(self) -> list[ValueEdit]:
        """What would bring back the values before, if nobody has changed them since."""
        return [c._replace(old=c.new, new=c.old) for c in self.changes]


@dataclass(frozen=True)
class SavedVariable:
    """A user-editable variable that was added, changed or deleted."""

    before: VariableInfo | None
    """None: there was none."""
    after: VariableInfo | None
    """None: there is none any more."""
    changes: tuple[ValueEdit, ...] = ()
    """Its values that changed with it."""
    written: tuple[StoredValue, ...] = ()


@dataclass(frozen=True)
class SavedNote:
    """A note that was added, changed or deleted."""

    before: Note | None
    after: Note | None


AnySaved = SavedValues | SavedVariable | SavedNote
