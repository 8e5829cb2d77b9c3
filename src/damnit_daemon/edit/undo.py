"""Completed edits as plain values: enough to undo them unless the data has changed since."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import StoredValue, VariableInfo
from ..store import AlertChange, LabelChange, Note, ValueEdit


@dataclass(frozen=True)
class SavedValues:
    """Values that were written."""

    changes: tuple[ValueEdit, ...]
    """Without cells that already held the new value; `new` is the value as stored."""
    written: tuple[StoredValue, ...]

    def undone(self) -> list[ValueEdit]:
        """Return the changes that restore the old values, unless changed since."""
        return [c._replace(old=c.new, new=c.old) for c in self.changes]


@dataclass(frozen=True)
class SavedVariable:
    """A user-editable variable that was added, changed or deleted."""

    before: VariableInfo | None
    """None if it was added."""
    after: VariableInfo | None
    """None if it was deleted."""
    changes: tuple[ValueEdit, ...] = ()
    """The values that changed with it."""
    written: tuple[StoredValue, ...] = ()


@dataclass(frozen=True)
class SavedNote:
    """A note that was added, changed or deleted."""

    before: Note | None
    after: Note | None


@dataclass(frozen=True)
class SavedLabels:
    """Labels of runs that were changed."""

    labels: tuple[LabelChange, ...]
    """Without runs that already had the new labels."""

    def undone(self) -> list[LabelChange]:
        """Return the changes that restore the old labels, unless changed since."""
        return [c._replace(old=c.new, new=c.old) for c in self.labels]


@dataclass(frozen=True)
class SavedAlerts:
    """Alerts that were acknowledged, or whose acknowledgement was withdrawn."""

    alerts: tuple[AlertChange, ...]

    def undone(self) -> list[AlertChange]:
        """Return the changes that restore the alerts, unless changed since."""
        return [AlertChange(change.new, change.old) for change in self.alerts]


AnySaved = SavedValues | SavedVariable | SavedNote | SavedLabels | SavedAlerts
