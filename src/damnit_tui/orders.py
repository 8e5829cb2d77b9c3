"""What can be written: plain values, made by the screen and carried out by a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.model import StoredValue, VariableInfo
from damnit_daemon.store import Change, Note

if TYPE_CHECKING:
    from damnit_daemon.edit import Editor

Said = tuple[str, tuple[StoredValue, ...]]
"""What has happened, and values that are stored now."""


class SetValues(NamedTuple):
    """Give cells other values."""

    changes: tuple[Change, ...]
    words: str
    """Which cells, as people call them."""


class Undo(NamedTuple):
    """Bring back what the last edit of this session replaced."""

    words: str = "Undo"


class Redo(NamedTuple):
    """Do again what was undone last."""

    words: str = "Redo"


class DefineVariable(NamedTuple):
    """Add a user-editable variable."""

    info: VariableInfo

    @property
    def words(self) -> str:
        """What it is about."""
        return f"the variable {self.info.title}"

    def carry_out(self, editor: Editor) -> Said:
        """Do it."""
        editor.define_variable(self.info)
        return f"There is a column {self.info.title} now; e fills it in.", ()


class ChangeVariable(NamedTuple):
    """Change title, type, description or tags of a user-editable variable."""

    before: VariableInfo
    after: VariableInfo

    @property
    def words(self) -> str:
        """What it is about."""
        return f"the variable {self.before.title}"

    def carry_out(self, editor: Editor) -> Said:
        """Do it."""
        saved = editor.change_variable(self.before, self.after)
        return f"Changed: {self.after.title}", saved.written


class AddNote(NamedTuple):
    """Store a comment that belongs to a time."""

    timestamp: float
    text: str

    @property
    def words(self) -> str:
        """The text, so that it is not lost."""
        return _quoted(self.text)

    def carry_out(self, editor: Editor) -> Said:
        """Do it."""
        editor.add_note(self.timestamp, self.text)
        return "Noted.", ()


class ChangeNote(NamedTuple):
    """Give a note another text; an empty one takes it out."""

    before: Note
    text: str

    @property
    def words(self) -> str:
        """The text, so that it is not lost."""
        return _quoted(self.text or self.before.text)

    def carry_out(self, editor: Editor) -> Said:
        """Do it."""
        kept = editor.change_note(self.before, self.text)
        return ("The note is changed." if kept else "The note is deleted."), ()


class AddRuns(NamedTuple):
    """List runs that have not been taken yet."""

    number: int

    @property
    def words(self) -> str:
        """What it is about."""
        return "1 run" if self.number == 1 else f"{self.number} runs"

    def carry_out(self, editor: Editor) -> Said:
        """Do it."""
        keys = editor.add_runs(self.number)
        return f"Added: runs {keys[0].run} to {keys[-1].run}" if len(keys) > 1 else (
            f"Added: run {keys[0].run}"
        ), ()


Order = SetValues | Undo | Redo | DefineVariable | ChangeVariable | AddNote | ChangeNote | AddRuns


def _quoted(text: str) -> str:
    return f"the note “{text}”"
