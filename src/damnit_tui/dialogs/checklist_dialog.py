"""A box with a long list to tick, and a line to search it."""

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
    """Tick what is wanted; Enter takes it, Esc leaves all as it was."""

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
            border: round $primary;
            border-title-color: $text-primary;
            border-title-style: bold;
            border-subtitle-color: $foreground 70%;
        }
        & Input { padding: 0 1; background: $boost; }
        & #keys { height: auto; color: $foreground 60%; }
    }
    """
    BINDINGS = keymap.bindings("ticking")

    title_text = ""
    owners: tuple[str, ...] = ("ticks", "ticking")
    """Whose keys are told at the bottom."""

    def compose(self) -> ComposeResult:
        """A line to search, the list, and its keys."""
        with Vertical() as box:
            box.border_title = plain(self.title_text)
            yield PlainInput(placeholder="/ to search", select_on_focus=False)
            yield Checklist(self.take_ticks)
            yield Static(self._keys(), id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin in the list."""
        self.query_one(Checklist).focus()
        self.show()

    def entries(self) -> list[ChecklistItem]:
        """What there is, with its ticks."""
        raise NotImplementedError

    def summary(self) -> str:
        """How much is ticked."""
        raise NotImplementedError

    def tick(self, ids: list[str], ticked: bool) -> None:
        """Take in ticks."""
        raise NotImplementedError

    def result(self) -> Result:
        """What Enter gives."""
        raise NotImplementedError

    def show(self) -> None:
        """Draw the list again."""
        ticks = self.query_one(Checklist)
        ticks.show(self.entries())
        self.query_one(Vertical).border_subtitle = plain(self.summary())

    def take_ticks(self, ids: Sequence[str], ticked: bool) -> None:
        """Take in what was ticked, or not any more."""
        self.tick(list(ids), ticked)
        self.show()

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Show what is looked for."""
        self.query_one(Checklist).search(event.value)

    @on(Input.Submitted)
    def leave_search(self) -> None:
        """Go on with what was found."""
        self.query_one(Checklist).focus()

    def on_key(self, event: events.Key) -> None:
        """↓ leaves the line to search for the list."""
        if event.key == "down" and self.query_one(Input).has_focus:
            event.stop()
            self.leave_search()

    def action_search(self) -> None:
        """Type what is looked for."""
        self.query_one(Input).focus()

    def action_keep(self) -> None:
        """Take what is ticked."""
        self.dismiss(self.result())

    def action_give_up(self) -> None:
        """Clear what is looked for; without that, leave all as it was."""
        typed = self.query_one(Input)
        if typed.value or typed.has_focus:
            typed.value = ""
            self.leave_search()
        else:
            self.dismiss(None)

    def _keys(self) -> Text:
        told = [key for key in keymap.KEYS if key.owner in self.owners and key.footer]
        return Text("  ".join(f"{key.shown or key.keys} {key.footer}" for key in told))
