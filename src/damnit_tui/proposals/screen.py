"""Proposals: open a recent folder, find one, or create one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Label
from textual.widgets.option_list import Option

from damnit_daemon.errors import DamnitError

from .. import keymap
from ..sanitize import visible
from ..widgets.footer import KeyFooter
from ..widgets.lists import ChoiceList
from ..widgets.plain_input import PlainInput
from .discovery import FolderEntry, find_places, make_place, place_of, typed_place
from .recent import load_recent

MOST_SHOWN = 500
NO_FOLDERS = (
    "No folders found. Type the path of one, or the number of a proposal; for a simulated "
    "experiment: damnit-tui demo"
)


class ProposalsScreen(Screen[Path | None]):
    """A field and a list of folders; returns the folder to open."""

    DEFAULT_CSS = """
    ProposalsScreen {
        background: $background;
        & #places-title { width: 1fr; height: 1; background: $surface; color: $title-color; }
        & Input { margin: 1 0; }
        & ChoiceList, & ChoiceList:focus {
            height: 1fr; border: none; padding: 0; background: $background;
        }
        & #places-problem { width: 1fr; height: auto; background: $surface; color: $warning-color; }
    }
    """
    BINDINGS = keymap.bindings("proposals")

    @dataclass
    class Found(Message):
        """More folders were found."""

        places: list[FolderEntry]
        is_all: bool = False

    @dataclass
    class Problem(Message):
        """Posted when a folder cannot be opened."""

        text: str

    @dataclass
    class Chosen(Message):
        """A folder to open."""

        path: Path

    def __init__(self, present: Path | None = None) -> None:
        """Create the screen.

        Args:
            present: The folder that is open; new ones may be created from it.
        """
        super().__init__()
        self._present = present
        self._places: dict[Path, FolderEntry] = {}
        self._stop = threading.Event()
        self._is_all = False

    def compose(self) -> ComposeResult:
        """Compose the widgets from top to bottom."""
        yield Label("", id="places-title")
        yield PlainInput(placeholder="proposal number, or all or part of a path")
        yield ChoiceList(markup=False)
        yield Label("", id="places-problem")
        yield KeyFooter("proposals")

    def on_mount(self) -> None:
        """Start the search."""
        self.query_one(Input).focus()
        self.find()
        self._show()

    def on_unmount(self) -> None:
        """Stop the worker."""
        self._stop.set()

    @work(thread=True, exclusive=True, group="find")
    def find(self) -> None:
        """List recent folders first, as they are quick to load; then all others."""
        recent = [place_of(path, is_recent=True) for path in load_recent()]
        self.post_message(self.Found(recent))
        portion: list[FolderEntry] = []
        for place in find_places(lambda: not self._stop.is_set()):
            portion.append(place)
            if len(portion) >= 20:
                self.post_message(self.Found(portion))
                portion = []
        self.post_message(self.Found(portion, is_all=True))

    @on(Found)
    def add_places(self, event: Found) -> None:
        """Add folders to the list."""
        self._is_all |= event.is_all
        for place in event.places:
            self._places.setdefault(place.path, place)
        self._show()

    @on(Input.Changed)
    def narrow(self) -> None:
        """Show the folders that match."""
        self.query_one("#places-problem", Label).update("")
        self._show()

    def _show(self) -> None:
        text = self.query_one(Input).value
        shown = [place for place in self._places.values() if place.matches(text)]
        options = self.query_one(ChoiceList)
        kept = options.highlighted_option
        options.clear_options()
        options.add_options([Option(_line(p), id=str(p.path)) for p in shown[:MOST_SHOWN]])
        ids = [str(place.path) for place in shown[:MOST_SHOWN]]
        if ids:
            options.highlighted = ids.index(kept.id) if kept is not None and kept.id in ids else 0
        more = "" if self._is_all else ", searching…"
        title = f" Proposals: {len(shown)} of {len(self._places)} folders{more}"
        self.query_one("#places-title", Label).update(Content(title))
        if self._is_all and not self._places and not text:
            self.query_one("#places-problem", Label).update(NO_FOLDERS)

    # Actions

    def action_move(self, rows: int) -> None:
        """Move in the list while the field has the focus."""
        self.query_one(ChoiceList).action_move(rows)

    def action_page(self, pages: int) -> None:
        """Move a page down or up in the list."""
        self.query_one(ChoiceList).action_page(pages)

    @on(Input.Submitted)
    def open_typed(self, event: Input.Submitted) -> None:
        """Open the highlighted folder, or the one typed in full."""
        event.stop()
        options = self.query_one(ChoiceList)
        text = event.value.strip()
        if options.highlighted_option is not None and not text.startswith(("/", "~", ".")):
            self.dismiss(Path(str(options.highlighted_option.id)))
        elif text:
            self._open(text)

    @on(ChoiceList.OptionSelected)
    def open_selected(self, event: ChoiceList.OptionSelected) -> None:
        """Open the selected folder."""
        event.stop()
        self.dismiss(Path(str(event.option.id)))

    @work(thread=True, exclusive=True, group="open")
    def _open(self, text: str) -> None:
        self._choose_or_report(lambda: typed_place(text))

    def action_make(self) -> None:
        """Create the folder of the typed proposal."""
        self._make(self.query_one(Input).value, None)

    def action_make_like(self) -> None:
        """Create the folder with context file and user-editable variables of the current one."""
        if self._present is None:
            self.post_message(self.Problem("No folder is open to copy from."))
        else:
            self._make(self.query_one(Input).value, self._present)

    @work(thread=True, exclusive=True, group="open")
    def _make(self, text: str, like: Path | None) -> None:
        if not text.strip():
            self.post_message(self.Problem("Enter a proposal number first."))
            return
        self._choose_or_report(lambda: make_place(text, like)[0])

    def _choose_or_report(self, find: Callable[[], Path]) -> None:
        try:
            path = find()
        except DamnitError as error:
            self.post_message(self.Problem(" ".join(filter(None, [error.message, error.hint]))))
        else:
            self.post_message(self.Chosen(path))

    @on(Problem)
    def show_problem(self, event: Problem) -> None:
        """Show the message."""
        self.query_one("#places-problem", Label).update(Content(f" {visible(event.text)}"))

    @on(Chosen)
    def choose(self, event: Chosen) -> None:
        """Open the folder."""
        self.dismiss(event.path)

    def action_close(self) -> None:
        """Close without opening a folder."""
        self.dismiss(None)


def _line(place: FolderEntry) -> str:
    marks = " · ".join(
        word for word, is_so in (("recent", place.is_recent), ("missing", place.is_gone)) if is_so
    )
    name = f"{place.proposal or '–':9} {place.instrument:5}"
    return f" {name} {visible(str(place.path))}" + (f"   ({marks})" if marks else "")
