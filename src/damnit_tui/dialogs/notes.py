"""A dialog of notes: comments that belong to a time, not a run; updated live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from damnit_daemon.errors import DamnitError
from damnit_daemon.store import Note

from .. import keymap
from ..data.edit_commands import AddNote, ChangeNote
from ..data.edit_queue import EditQueue
from ..format import format_full_time
from ..sanitize import as_line, clip, visible
from ..themes import text_style
from ..widgets.edit_prompt import LineInput
from ..widgets.lists import ChoiceList
from .note_timestamp import split_time

LOOK_EVERY_S = 1.0
LONGEST_SHOWN = 60
NEW = "Note with the current time; for another, start with 10:42 or 2026-03-14 10:42"
HINT = "⏎ add · ↓ select: ⏎ edit, del delete · Esc close"


class NotesScreen(ModalScreen[None]):
    """A field for a new note, and the existing notes, newest first."""

    DEFAULT_CSS = """
    NotesScreen {
        align: center middle;
        & #notes-box {
            width: 100;
            max-width: 96%;
            height: 80%;
            padding: 0 1;
            background: $surface;
            border: round $frame-color;
            border-title-color: $title-color;
            border-title-style: $title-style;
            border-subtitle-color: $quiet-color;
        }
        & ChoiceList, & ChoiceList:focus {
            height: 1fr;
            margin-top: 1;
            border: none;
            padding: 0;
            background: $surface;
            scrollbar-size-vertical: 1;
        }
        & #notes-message { height: auto; color: $warning-color; }
    }
    """
    BINDINGS = keymap.bindings("notes")

    @dataclass
    class Loaded(Message):
        """The current notes, or why they cannot be read."""

        notes: list[Note]
        problem: str = ""

    def __init__(
        self,
        edits: EditQueue,
        *,
        clock: Callable[[], float],
        denied: str = "",
        zone: tzinfo | None = None,
        at: Note | None = None,
    ) -> None:
        """Create the dialog.

        Args:
            edits: The edits of the folder.
            clock: Returns the current time.
            denied: Why writing is disabled; empty if it is not.
            zone: Time zone of times shown and typed.
            at: The note to highlight; None to begin a new one.
        """
        super().__init__()
        self._at = at
        self._edits = edits
        self._clock = clock
        self._denied = denied
        self._zone = zone
        self._notes: list[Note] | None = None
        self._changing: Note | None = None

    def compose(self) -> ComposeResult:
        """Compose the widgets from top to bottom."""
        with Vertical(id="notes-box") as box:
            box.border_title = "Notes"
            box.border_subtitle = HINT
            yield LineInput(placeholder=self._denied or NEW, disabled=bool(self._denied))
            yield Static("loading…", id="notes-message", markup=False)
            yield ChoiceList(markup=False)

    def on_mount(self) -> None:
        """Focus the field; poll the notes periodically."""
        focus = ChoiceList if self._denied or self._at else LineInput
        self.query_one(focus).focus()
        self.look()
        self.set_interval(LOOK_EVERY_S, self.look)

    @work(thread=True, exclusive=True, group="notes")
    def look(self) -> None:
        """Read the notes."""
        try:
            self.post_message(self.Loaded(self._edits.load_notes()))
        except DamnitError as error:
            self.post_message(self.Loaded([], str(error)))

    @on(Loaded)
    def show(self, event: Loaded) -> None:
        """Show the notes if any has changed; the highlight stays on its note."""
        message = event.problem or ("" if event.notes else "No notes yet.")
        self.query_one("#notes-message", Static).update(visible(message))
        if event.problem or event.notes == self._notes:
            return
        self._notes = event.notes
        options = self.query_one(ChoiceList)
        kept, self._at = self._at or self._highlighted(), None
        options.clear_options()
        for note in sorted(event.notes, key=lambda note: (note.timestamp, note.rowid))[::-1]:
            options.add_option(Option(self._line(note), id=str(note.rowid)))
        if kept is not None and any(note.rowid == kept.rowid for note in event.notes):
            options.highlighted = options.get_option_index(str(kept.rowid))

    @on(Input.Submitted)
    def add(self, event: Input.Submitted) -> None:
        """Store the typed text: a new note, or another text for one."""
        event.stop()
        typed = event.value.strip()
        changing, self._changing = self._changing, None
        if changing is not None:
            if typed and typed != changing.text:
                self._edits.put(ChangeNote(changing, typed))
        elif typed:
            self._edits.put(AddNote(*split_time(typed, self._clock(), self._zone)))
        self._begin("")

    @on(ChoiceList.OptionSelected)
    def change(self, event: ChoiceList.OptionSelected) -> None:
        """Edit a note's text in the field."""
        event.stop()
        self._changing = self._highlighted() if not self._denied else None
        if self._changing is not None:
            self._begin(self._changing.text)

    def on_key(self, event: events.Key) -> None:
        """Go from the field to the notes."""
        if event.key == "down" and self.focused is self.query_one(LineInput):
            event.stop()
            options = self.query_one(ChoiceList)
            options.focus()
            if options.highlighted is None and options.option_count:
                options.highlighted = 0

    def action_delete(self) -> None:
        """Delete the highlighted note."""
        note = self._highlighted()
        if note is not None and not self._denied and self.focused is self.query_one(ChoiceList):
            from .confirm import ConfirmDialog

            text = (
                f"Delete “{clip(as_line(note.text), LONGEST_SHOWN)}”?\n\n"
                "To undo, press u in the table."
            )
            dialog = ConfirmDialog("Delete note", text, ChangeNote(note, ""), yes="delete")
            self.app.push_screen(dialog, self._delete)

    def _delete(self, order: ChangeNote | None) -> None:
        if order is not None:
            self._edits.put(order)

    def action_close(self) -> None:
        """Cancel an edit, or close."""
        if self._changing is not None:
            self._changing = None
            self._begin("")
        else:
            self.dismiss()

    def _begin(self, text: str) -> None:
        line = self.query_one(LineInput)
        line.value = text
        line.cursor_position = len(line.value)
        line.focus()
        box = self.query_one("#notes-box")
        box.border_title = "Edit note" if self._changing else "Notes"

    def _highlighted(self) -> Note | None:
        options = self.query_one(ChoiceList)
        if options.highlighted is None:
            return None
        rowid = options.get_option_at_index(options.highlighted).id
        return next((note for note in self._notes or [] if str(note.rowid) == rowid), None)

    def _line(self, note: Note) -> Text:
        time = format_full_time(note.timestamp, self._zone)
        return Text().append(f"{time}  ", text_style("subdued")).append(as_line(note.text))
