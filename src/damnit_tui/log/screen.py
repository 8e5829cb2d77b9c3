"""The live log of a run or of the daemon."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label

from damnit_daemon.logs import LogFile

from .. import keymap
from ..format import format_size
from ..widgets.footer import KeyFooter
from ..widgets.question_bar import QuestionBar
from .pager import ERROR, SECTION, Page, failure_of, pattern_of
from .reader import LogReader
from .view import LogView

SIDEWAYS = 20


class LogScreen(Screen[None]):
    """A log, from its end, or from where a variable failed."""

    DEFAULT_CSS = """
    LogScreen {
        background: $background;
        & #log-title { width: 1fr; height: 1; background: $surface; color: $title-color; }
        & #log-place { width: auto; height: 1; background: $surface; color: $aside-color; }
        & Horizontal { height: 1; }
    }
    """
    BINDINGS = keymap.bindings("log")
    AUTO_FOCUS = ""

    @dataclass
    class PageRead(Message):
        """Posted when the page has changed."""

        page: Page

    def __init__(self, log: LogFile, title: str, *, failed: str = "") -> None:
        """Create the screen.

        Args:
            log: The log; closed with the screen.
            title: The subject of the log.
            failed: Start where this variable failed last; empty for the end.
        """
        super().__init__()
        self._reader = LogReader(log)
        self._title = title
        self._failed = failed
        self._pattern: re.Pattern[bytes] | None = None
        self._search_text = ""
        self._has_begun = False

    def compose(self) -> ComposeResult:
        """Compose the title, the lines, the prompt and the footer."""
        with Horizontal():
            yield Label(Content(f" {self._title}"), id="log-title")
            yield Label("", id="log-place")
        yield LogView()
        yield QuestionBar(key_owner="search", id="log-search")
        yield KeyFooter("log")

    def on_unmount(self) -> None:
        """Stop the worker."""
        self._reader.stop()

    @work(thread=True, exclusive=True, group="log")
    def read_log(self) -> None:
        """Post the pages of the log."""
        for page in self._reader.pages():
            self.post_message(self.PageRead(page))

    @on(PageRead)
    def show_page(self, event: PageRead) -> None:
        """Show the page."""
        page = event.page
        self.query_one(LogView).page = page
        parts = [page.message, f"{page.percent} % of {format_size(page.size)}" if page.size else ""]
        parts.append("following" if page.follows else "paused; G follows")
        self.query_one("#log-place", Label).update(
            Content(" · ".join(part for part in parts if part) + " ")
        )

    def on_resize(self, event: events.Resize) -> None:
        """Fit the number of lines to the screen."""
        rows = max(1, event.size.height - 2)
        self._reader.resize(rows)
        if not self._has_begun:
            # Only now the number of lines is known.
            self._has_begun = True
            self._begin()

    def _begin(self) -> None:
        if self._failed:
            what, pattern = f"failure of {self._failed}", failure_of(self._failed)
            self._reader.ask(lambda pager: pager.find_last(pattern, what))
        self.read_log()

    # Actions

    def action_move(self, lines: int) -> None:
        """Move down or up by lines."""
        self._reader.ask(lambda pager: pager.move(lines))

    def action_page(self, pages: float) -> None:
        """Move down or up by pages."""
        self._reader.ask(lambda pager: pager.move(int(pages * pager.rows)))

    def action_first(self) -> None:
        """Go to the beginning."""
        self._reader.ask(lambda pager: pager.first())

    def action_last(self) -> None:
        """Go to the end, and follow."""
        self._reader.ask(lambda pager: pager.last())

    def action_sideways(self, steps: int) -> None:
        """Scroll long lines sideways."""
        view = self.query_one(LogView)
        furthest = max(0, view.longest - view.size.width)
        view.left = min(max(0, view.left + steps * SIDEWAYS), furthest)

    def action_section(self, step: int) -> None:
        """Go to the next or previous job."""
        self._reader.ask(lambda pager: pager.find(SECTION, "other job", backward=step < 0))

    def action_error(self, step: int) -> None:
        """Go to the next or previous error."""
        self._reader.ask(lambda pager: pager.find(ERROR, "other error", backward=step < 0))

    def action_search(self) -> None:
        """Prompt for a search."""
        self.query_one(QuestionBar).ask("Search:", self._search_text)

    def action_next_match(self, step: int) -> None:
        """Repeat the search."""
        pattern, text = self._pattern, self._search_text
        if pattern is None:
            self.action_search()
        else:
            self._reader.ask(lambda pager: pager.find(pattern, f"“{text}”", backward=step < 0))

    @on(QuestionBar.Submitted)
    def search(self, event: QuestionBar.Submitted) -> None:
        """Search for the typed text from here on."""
        if event.text:
            self._pattern, self._search_text = pattern_of(event.text), event.text
            self.action_next_match(1)

    def action_close(self) -> None:
        """Close the prompt, or return to the table."""
        prompt = self.query_one(QuestionBar)
        if prompt.is_open:
            prompt.close()
        else:
            self.dismiss()
