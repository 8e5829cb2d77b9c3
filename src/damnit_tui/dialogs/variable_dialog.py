"""A dialog to choose a variable by typing part of its name or title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import var
from textual.screen import ModalScreen
from textual.widgets import Input
from textual.widgets.option_list import Option

from .. import keymap
from ..safe_text import plain
from ..sanitize import visible
from ..themes import text_style
from ..widgets.lists import ChoiceList
from ..widgets.plain_input import PlainInput

MOST_SHOWN = 300
"""Most lines of the list; typing finds the others."""


@dataclass(frozen=True)
class VariableChoice:
    """A variable to choose."""

    name: str
    title: str
    note: str = ""

    def has(self, words: Sequence[str]) -> bool:
        """Return True if it contains all words."""
        text = f"{self.title} {self.name} {self.note}".casefold()
        return all(word in text for word in words)


class VariableDialog(ModalScreen[str | None]):
    """A search field over a list; returns a name, or None."""

    DEFAULT_CSS = """
    VariableDialog {
        align: center middle;
        & Vertical {
            width: 76;
            max-width: 96%;
            height: auto;
            max-height: 80%;
            padding: 0 1;
            background: $surface;
            border: round $frame-color;
            border-title-color: $title-color;
            border-title-style: $title-style;
            border-subtitle-color: $quiet-color;
        }
        & ChoiceList {
            height: auto; max-height: 20; border: none; padding: 0; background: $surface;
            scrollbar-size-vertical: 1;
        }
    }
    """
    BINDINGS = keymap.bindings("choose")

    chosen: var[tuple[str, ...]] = var(())
    """The current choices; changes with each Tab."""

    def __init__(
        self,
        heading: str,
        choices: Sequence[VariableChoice],
        chosen: Sequence[str] = (),
        *,
        suggested: str = "",
        most: int = 1,
    ) -> None:
        """Create the dialog.

        Args:
            heading: Heading of the dialog.
            choices: The variables to choose from.
            chosen: The current choices.
            suggested: The initial line.
            most: Most variables that can be chosen together, with Tab.
        """
        super().__init__()
        self._heading = heading
        self._choices = choices
        self.chosen = tuple(chosen)
        self._suggested = suggested
        self._most = most

    def compose(self) -> ComposeResult:
        """Compose the search field and the list."""
        with Vertical() as box:
            box.border_title = plain(self._heading)
            several = "Tab several · " if self._most > 1 else ""
            box.border_subtitle = f"type to search · ↑ ↓ · ⏎ select · {several}Esc cancel"
            yield PlainInput(placeholder="search")
            yield ChoiceList(markup=False)

    def on_mount(self) -> None:
        """Focus the search field."""
        options = self.query_one(ChoiceList)
        options.can_focus = False
        self.query_one(Input).focus()
        self._list("", self._suggested)

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """List the matches."""
        event.stop()
        self._list(event.value, "")

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Choose the highlighted variable."""
        event.stop()
        if (choice := self._current()) is not None:
            self.dismiss(choice.name)

    @on(ChoiceList.OptionSelected)
    def take_clicked(self, event: ChoiceList.OptionSelected) -> None:
        """Choose the clicked variable."""
        event.stop()
        self.dismiss(self._choice_of(event.option).name)

    def action_move(self, step: int) -> None:
        """Move to another line."""
        self.query_one(ChoiceList).action_move(step)

    def action_page(self, pages: int) -> None:
        """Move a page down or up."""
        self.query_one(ChoiceList).action_page(pages)

    def action_also(self) -> None:
        """Toggle the highlighted variable as an additional choice."""
        choice = self._current()
        if self._most > 1 and choice is not None:
            self.chosen = self._toggled(choice.name)
            self._list(self.query_one(Input).value, choice.name)

    def _toggled(self, name: str) -> tuple[str, ...]:
        """Add or remove a choice; one stays, and the oldest is dropped above the limit."""
        if name not in self.chosen:
            return (*self.chosen, name)[-self._most :]
        return tuple(n for n in self.chosen if n != name) or self.chosen

    def action_close(self) -> None:
        """Cancel."""
        self.dismiss(None)

    def _current(self) -> VariableChoice | None:
        option = self.query_one(ChoiceList).highlighted_option
        return self._choice_of(option) if option is not None else None

    def _choice_of(self, option: Option) -> VariableChoice:
        """Return the choice of an option; by ID, since the list may have changed since a click."""
        return self._choices[int(str(option.id))]

    def _list(self, text: str, current: str) -> None:
        words = text.casefold().split()
        matches = ((at, each) for at, each in enumerate(self._choices) if each.has(words))
        found = dict(islice(matches, MOST_SHOWN))
        lines = [Option(self._line(choice), id=str(at)) for at, choice in found.items()]
        options = self.query_one(ChoiceList)
        options.clear_options()
        options.add_options(lines)
        names = [choice.name for choice in found.values()]
        if names:
            options.highlighted = names.index(current) if current in names else 0

    def _line(self, choice: VariableChoice) -> Text:
        line = Text("● " if choice.name in self.chosen else "  ")
        line.append(visible(choice.title))
        rest = " ".join(
            filter(None, [choice.name if choice.name != choice.title else "", choice.note])
        )
        return line.append(f"  {visible(rest)}", text_style("subdued")) if rest else line
