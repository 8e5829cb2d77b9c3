"""A dialog with a long checklist and a search field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from .. import keymap
from ..safe_text import plain
from ..widgets.checklist import Checklist, ChecklistItem
from ..widgets.plain_input import PlainInput

Result = TypeVar("Result")


class ChecklistDialog(ModalScreen[Result | None], Generic[Result]):
    """Tick items; Enter accepts, Esc cancels."""

    DEFAULT_CSS = """
    ChecklistDialog {
        align: center middle;
        & Vertical {
            width: 76;
            max-width: 96%;
            height: 80%;
            max-height: 40;
            padding: 0 1;
            background: $surface;
            border: round $frame-color;
            border-title-color: $title-color;
            border-title-style: $title-style;
            border-subtitle-color: $aside-color;
        }
        & Input { padding: 0 1; }
        & #keys { height: auto; color: $quiet-color; }
    }
    """
    BINDINGS = keymap.bindings("ticking")

    title_text = ""
    owners: tuple[str, ...] = ("ticks", "ticking")
    """Owners of the keys shown at the bottom."""

    def compose(self) -> ComposeResult:
        """Compose the search field, the list and the footer."""
        with Vertical() as box:
            box.border_title = plain(self.title_text)
            yield PlainInput(placeholder="/ to search", select_on_focus=False)
            yield Checklist(self.take_ticks)
            yield Static(self._keys(), id="keys", markup=False)

    def on_mount(self) -> None:
        """Start in the list."""
        self.query_one(Checklist).focus()
        self.show()

    def entries(self) -> list[ChecklistItem]:
        """All items, with their ticks."""
        raise NotImplementedError

    def summary(self) -> str:
        """Summary of the ticks."""
        raise NotImplementedError

    def tick(self, ids: list[str], ticked: bool) -> None:
        """Apply ticks."""
        raise NotImplementedError

    def result(self) -> Result:
        """The result of Enter."""
        raise NotImplementedError

    def show(self) -> None:
        """Refresh the list."""
        ticks = self.query_one(Checklist)
        ticks.show(self.entries())
        self.query_one(Vertical).border_subtitle = plain(self.summary())

    def take_ticks(self, ids: Sequence[str], ticked: bool) -> None:
        """Apply a change of ticks."""
        self.tick(list(ids), ticked)
        self.show()

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Show the items that match the search."""
        self.query_one(Checklist).search(event.value)

    @on(Input.Submitted)
    def leave_search(self) -> None:
        """Continue in the list of matches."""
        self.query_one(Checklist).focus()

    def on_key(self, event: events.Key) -> None:
        """↓ moves from the search field to the list."""
        if event.key == "down" and self.query_one(Input).has_focus:
            event.stop()
            self.leave_search()

    def action_search(self) -> None:
        """Focus the search field."""
        self.query_one(Input).focus()

    def action_keep(self) -> None:
        """Accept the ticks."""
        self.dismiss(self.result())

    def action_give_up(self) -> None:
        """Clear the search; without one, cancel."""
        typed = self.query_one(Input)
        if typed.value or typed.has_focus:
            typed.value = ""
            self.leave_search()
        else:
            self.dismiss(None)

    def _keys(self) -> Text:
        keys = [key for key in keymap.KEYS if key.owner in self.owners and key.footer]
        return Text("  ".join(f"{key.own_label} {key.footer}" for key in keys))
