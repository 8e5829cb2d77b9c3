"""A form for a user-editable variable: a new one, or changes of one."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from damnit_daemon.model import Column, VariableInfo
from damnit_daemon.store import USER_TYPES, name_from_title, why_not_name, why_not_title

from .. import keymap
from ..safe_text import plain
from ..widgets.plain_input import PlainInput
from ..widgets.radio_row import RadioRow
from .base import DialogScreen

EXAMPLES = {
    "boolean": "true or false",
    "integer": "integer: 12",
    "number": "number: 0.25, 1e-3",
    "string": "text",
}


class UserVariableForm(ModalScreen[VariableInfo | None]):
    """Title, name, type, description, tags; errors are shown while typing."""

    DEFAULT_CSS = (
        DialogScreen.DEFAULT_CSS.replace("DialogScreen", "UserVariableForm")
        + """
    UserVariableForm {
        & Horizontal { height: 1; margin-bottom: 1; }
        & Label { width: 14; color: $quiet-color; }
        & #form-example { margin: -1 0 1 15; color: $quiet-color; }
        & #form-mistake { color: $error-color; }
    }
    """
    )
    BINDINGS = keymap.bindings("variable")

    def __init__(self, columns: Sequence[Column], before: VariableInfo | None = None) -> None:
        """Create the form.

        Args:
            columns: All columns, whose names and titles are taken.
            before: The variable to change; None for a new one.
        """
        super().__init__()
        self._before = before
        others = [c for c in columns if before is None or c.name != before.name]
        self._names = [column.name for column in others]
        self._titles = [column.title for column in others]
        self._follows = before is None
        """True while the name is derived from the title."""

    def compose(self) -> ComposeResult:
        """Compose one line per field."""
        info = self._before or VariableInfo("", "", "", "string")
        with VerticalScroll(can_focus=False) as box:
            box.border_title = plain(
                f"User variable {info.name}" if self._before else "New user variable"
            )
            box.border_subtitle = "Tab next · ⏎ save · Esc cancel"
            with Horizontal():
                yield Label("Title")
                yield PlainInput(info.title, id="form-title", placeholder="Sample/Thickness")
            with Horizontal():
                yield Label("Name")
                yield PlainInput(info.name, id="form-name", disabled=self._before is not None)
            with Horizontal():
                yield Label("Type")
                chosen = info.type if info.type in USER_TYPES else "string"
                yield RadioRow({name: name for name in USER_TYPES}, str(chosen), id="form-type")
            yield Static(EXAMPLES[str(chosen)], id="form-example", markup=False)
            with Horizontal():
                yield Label("Description")
                yield PlainInput(info.description or "", id="form-description")
            with Horizontal():
                yield Label("Tags")
                yield PlainInput(", ".join(info.tags), id="form-tags", placeholder="sample, setup")
            yield Static("", id="form-mistake", markup=False)

    def on_mount(self) -> None:
        """Focus the title."""
        self.query_one("#form-title").focus()

    @on(Input.Changed)
    def check(self, event: Input.Changed) -> None:
        """Derive the name from the title until the user types one; show errors."""
        event.stop()
        name = self.query_one("#form-name", Input)
        if event.input.id == "form-title" and self._follows:
            with self.prevent(Input.Changed):
                name.value = name_from_title(event.value)
        elif event.input is name:
            self._follows = False
        if self._read("title") or self._read("name"):
            self._say(self._mistake())

    @on(RadioRow.Changed)
    def show_example(self, event: RadioRow.Changed) -> None:
        """Show an example of a value."""
        self.query_one("#form-example", Static).update(EXAMPLES[event.choices.chosen])

    @on(Input.Submitted)
    def save(self, event: Input.Submitted) -> None:
        """Close with the variable if it is valid."""
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Close with the variable if it is valid."""
        if mistake := self._mistake():
            self._say(mistake)
            self.app.bell()
            return
        self.dismiss(
            VariableInfo(
                self._read("name"),
                self._read("title"),
                self._read("description"),
                self.query_one(RadioRow).chosen,
                tuple(sorted({t.strip() for t in self._read("tags").split(",") if t.strip()})),
            )
        )

    def action_close(self) -> None:
        """Cancel."""
        self.dismiss(None)

    def _read(self, field: str) -> str:
        return self.query_one(f"#form-{field}", Input).value.strip()

    def _mistake(self) -> str:
        title, name = self._read("title"), self._read("name")
        if why := why_not_title(title, self._titles):
            return f"Title: {why}."
        if self._before is None and (why := why_not_name(name, self._names)):
            return f"Name: {why}."
        return ""

    def _say(self, mistake: str) -> None:
        self.query_one("#form-mistake", Static).update(mistake)
