"""Edit commands: plain values, created by the screen and carried out by a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.model import StoredValue, VariableInfo
from damnit_daemon.store import AlertChange, LabelChange, Note, RaisedAlert, ValueEdit
from damnit_daemon.text import count_of

if TYPE_CHECKING:
    from damnit_daemon.edit import AnySaved, Editor


class EditResult(NamedTuple):
    """The result of a command."""

    message: str
    """Description of what was done."""
    saved: AnySaved | None = None
    """What was written, to undo it; None if that is not possible."""

    @property
    def values(self) -> tuple[StoredValue, ...]:
        """The values that are stored now."""
        return getattr(self.saved, "written", ())

    @property
    def labels(self) -> tuple[LabelChange, ...]:
        """The labels that are stored now."""
        return getattr(self.saved, "labels", ())

    @property
    def alerts(self) -> tuple[AlertChange, ...]:
        """The alerts as they are stored now."""
        return getattr(self.saved, "alerts", ())


class SetValues(NamedTuple):
    """Set the values of cells."""

    changes: tuple[ValueEdit, ...]
    words: str
    """The cells, in words."""


class Undo(NamedTuple):
    """Undo the last edit of this session."""

    words: str = "Undo"


class Redo(NamedTuple):
    """Redo the last undone edit."""

    words: str = "Redo"


class LabelRuns(NamedTuple):
    """Set the labels of runs."""

    changes: tuple[LabelChange, ...]
    words: str
    """The subject of the command."""

    def carry_out(self, editor: Editor) -> EditResult:
        """Set the labels."""
        saved = editor.set_labels(self.changes)
        changed = saved.labels
        if len(changed) == 1:
            ((key, _, new),) = changed
            message = f"Run {key.run}: {' '.join(new) or 'no labels'}."
        else:
            message = f"Changed: {self.words}."
        return EditResult(message, saved if changed else None)


class AcknowledgeAlerts(NamedTuple):
    """Acknowledge alerts, or withdraw that."""

    alerts: tuple[RaisedAlert, ...]
    withdraw: bool = False

    @property
    def words(self) -> str:
        """The subject of the command."""
        return f"the acknowledgement of {count_of(len(self.alerts), 'alert')}"

    def carry_out(self, editor: Editor) -> EditResult:
        """Acknowledge the alerts; those that others have acknowledged are left as they are."""
        change = editor.unacknowledge_alerts if self.withdraw else editor.acknowledge_alerts
        saved = change(self.alerts)
        return EditResult("", saved if saved.alerts else None)


class DefineVariable(NamedTuple):
    """Add a user-editable variable."""

    info: VariableInfo

    @property
    def words(self) -> str:
        """The subject of the command."""
        return f"the variable {self.info.title}"

    def carry_out(self, editor: Editor) -> EditResult:
        """Define the variable."""
        from damnit_daemon.edit import SavedVariable

        editor.define_variable(self.info)
        message = f"Added: {self.info.title}. Press e to enter values."
        return EditResult(message, SavedVariable(None, self.info))


class ChangeVariable(NamedTuple):
    """Change title, type, description or tags of a user-editable variable."""

    before: VariableInfo
    after: VariableInfo

    @property
    def words(self) -> str:
        """The subject of the command."""
        return f"the variable {self.before.title}"

    def carry_out(self, editor: Editor) -> EditResult:
        """Change the variable."""
        saved = editor.change_variable(self.before, self.after)
        return EditResult(f"Changed: {self.after.title}", saved)


class AddNote(NamedTuple):
    """Store a comment that belongs to a time."""

    timestamp: float
    text: str

    @property
    def words(self) -> str:
        """The text, so that it is not lost."""
        return _quoted(self.text)

    def carry_out(self, editor: Editor) -> EditResult:
        """Store the note."""
        from damnit_daemon.edit import SavedNote

        note = editor.add_note(self.timestamp, self.text)
        return EditResult("Note added.", SavedNote(None, note))


class ChangeNote(NamedTuple):
    """Change the text of a note; an empty text removes it."""

    before: Note
    text: str

    @property
    def words(self) -> str:
        """The text, so that it is not lost."""
        return _quoted(self.text or self.before.text)

    def carry_out(self, editor: Editor) -> EditResult:
        """Change or remove the note."""
        from damnit_daemon.edit import SavedNote

        kept = editor.change_note(self.before, self.text)
        message = "Note changed." if kept else "Note deleted. Press u to undo."
        return EditResult(message, SavedNote(self.before, kept))


class AddRuns(NamedTuple):
    """List runs that have not been taken yet."""

    number: int

    @property
    def words(self) -> str:
        """The subject of the command."""
        return count_of(self.number, "run")

    def carry_out(self, editor: Editor) -> EditResult:
        """Add the runs."""
        keys = editor.add_runs(self.number)
        several = f"Added: runs {keys[0].run} to {keys[-1].run}"
        return EditResult(several if len(keys) > 1 else f"Added: run {keys[0].run}")


Order = (
    SetValues
    | LabelRuns
    | AcknowledgeAlerts
    | Undo
    | Redo
    | DefineVariable
    | ChangeVariable
    | AddNote
    | ChangeNote
    | AddRuns
)


def _quoted(text: str) -> str:
    return f"the note “{text}”"
