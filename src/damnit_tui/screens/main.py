"""The main screen: the run table of one DAMNIT folder, and what is around it."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo

from textual import on, work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.worker import get_current_worker

from damnit_daemon.errors import DamnitError

from .. import keymap
from ..feed import Feed, Health, Update
from ..inspected import Inspected
from ..messages import JumpAnswered, NewsArrived, PicturesDrawn, TextCopied, ValueLoaded
from ..session import Session
from ..table.view import CellAddress
from ..table.widget import RunTable
from ..widgets.cell_line import CellLine
from ..widgets.key_line import KeyLine
from ..widgets.notice import Notice, notice_for
from ..widgets.status import Status, StatusLines
from ..work import Work
from .inspect import InspectScreen

TICK_S = 1.0
PICTURES_AT_ONCE = 12
"""Blobs drawn before the table shows them."""


class MainScreen(Screen[None]):
    """The run table, live."""

    BINDINGS = keymap.bindings("main")

    def __init__(
        self,
        session: Session,
        *,
        lite: bool = False,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare a screen.

        Args:
            session: The folder to show.
            lite: The line is slow: no images, one repaint a second.
            clock: Tells the time.
            zone: In which times are shown.
            busy: Whether the terminal is behind.
        """
        super().__init__()
        self.session = session
        self.feed = Feed(session, pace_s=1.0 if lite else 0.5, clock=clock)
        self.table = RunTable(clock=clock, zone=zone, busy=busy, images=not lite, id="runs")
        self._clock = clock
        self._zone = zone
        self._fetching: set[CellAddress] = set()
        self.folder_name = str(session.folder.path)
        """What the folder is called on the screen."""

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield StatusLines()
        yield self.table
        yield Notice()
        yield CellLine()
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to read."""
        self.status = Status(
            folder=self.folder_name, read_only=self.session.read_only, zone=self._zone
        )
        self.query_one(StatusLines).now = self._clock()
        self.table.focus()
        if (update := self.feed.prepared_update()) is not None:
            self._apply(update)
        # Not before the first paint: reading would only slow that down.
        self.call_after_refresh(self.read_database)
        self.set_interval(TICK_S, self._tick)

    def on_unmount(self) -> None:
        """Let the worker end."""
        self.feed.stop()

    # The database

    @work(thread=True, exclusive=True, group="feed")
    def read_database(self) -> None:
        """Hand on what the feed has to tell; ends with the screen."""
        for news in self.feed.updates():
            self.post_message(NewsArrived(news))
        self.session.close()

    @on(NewsArrived)
    def take_in(self, event: NewsArrived) -> None:
        """Show what is new."""
        if isinstance(event.news, Health):
            self.status = replace(self.status, health=event.news)
        elif isinstance(event.news, Work):
            self._show_work(event.news)
        else:
            self._apply(event.news)
            # Not before it is on the screen: reading on would only slow that down.
            self.call_after_refresh(self.feed.acknowledge)
        self._tick()

    def _apply(self, update: Update) -> None:
        table = self.table
        if update.restart:
            gone = set(table.rows.keys) - {run.key for run in update.runs}
            table.drop(runs=gone)
            self.status = replace(
                self.status, proposal=update.proposal, loading=False, changed_at=None
            )
        table.add_columns(update.columns)
        added = table.add_runs(update.runs)
        if update.live:
            table.add_values(update.values)
            table.rows.mark_complete(update.complete)
        else:
            table.complete(update.complete, update.values)
            # Values are there to stay: looking through half a million of them for
            # garbage, again and again, would stop the keys for 0.2 s each time.
            gc.freeze()
        table.drop(update.removed_runs, update.removed_values)
        unseen = added if table.cursor and table.cursor.key not in added else []
        self.status = self.status.after(update, runs=len(table.rows), unseen=len(unseen))

    def _show_work(self, work: Work) -> None:
        """Mark what the daemon is at; a run that it has heard of gets its row at once."""
        table, status = self.table, self.status
        if not status.loading:
            added = table.expect_runs({*work.failures, *work.runs})
            if status.work.is_known and table.cursor and table.cursor.key not in added:
                status = replace(status, new_runs=status.new_runs + len(added))
        table.show_work(work)
        self.status = replace(status, work=work, runs=len(table.rows))

    @property
    def is_settled(self) -> bool:
        """Whether all there is has been read and drawn."""
        return self.feed.has_all and not self._fetching

    # What is on the screen

    @property
    def status(self) -> Status:
        """What the lines on top say."""
        return self.query_one(StatusLines).status

    @status.setter
    def status(self, status: Status) -> None:
        self.query_one(StatusLines).status = status

    def _tick(self) -> None:
        lines = self.query_one(StatusLines)
        if lines.status.health != self.feed.health:
            lines.set_reactive(StatusLines.status, replace(lines.status, health=self.feed.health))
        lines.now = self._clock()
        notice = notice_for(
            self.feed.health,
            runs=len(self.table.rows),
            loading=lines.status.loading,
            daemon=lines.status.work.daemon is not None,
        )
        self._describe()
        self.query_one(Notice).lines = notice
        if self.has_class("-noticed") and not notice:
            # A hidden widget loses the focus.
            self.call_after_refresh(self.table.focus)
        self.set_class(bool(notice), "-noticed")

    @on(RunTable.ViewMoved)
    def show_place(self) -> None:
        """Say which columns are on the screen."""
        slots, total = self.table.view.slots, len(self.table.view.fits)
        shown = ""
        if slots and len(slots) < total:
            shown = f"columns {slots[0].index + 1}–{slots[-1].index + 1} of {total}"
        self.status = replace(self.status, columns=shown)

    @on(RunTable.CursorMoved)
    def show_cell(self) -> None:
        """Say in full what the cursor is on."""
        if self.status.new_runs and not round(self.table.scroll_y):
            # They are in sight of somebody who is there.
            self.status = replace(self.status, new_runs=0)
        self._describe()

    def _describe(self) -> None:
        self.query_one(CellLine).description = self.table.view.describe(self.table.cursor)

    # Blobs

    @on(RunTable.PicturesMissed)
    def fetch_pictures(self, event: RunTable.PicturesMissed) -> None:
        """Fetch the blobs on the screen, those not on the way yet."""
        wanted = [a for a in event.addresses if a not in self._fetching]
        if wanted:
            self._fetching.update(wanted)
            self.draw_pictures(wanted)

    @work(thread=True, group="pictures")
    def draw_pictures(self, addresses: list[CellAddress]) -> None:
        """Draw blobs, some at a time; what cannot be read is tried when seen again."""
        worker = get_current_worker()
        for start in range(0, len(addresses), PICTURES_AT_ONCE):
            portion = addresses[start : start + PICTURES_AT_ONCE]
            if worker.is_cancelled:
                return
            try:
                drawn = list(self.session.draw_pictures(portion))
            except DamnitError:
                drawn = []
            self.post_message(PicturesDrawn(portion, drawn))

    @on(PicturesDrawn)
    def show_pictures(self, event: PicturesDrawn) -> None:
        """Put them in their cells."""
        self._fetching.difference_update(event.wanted)
        self.table.add_pictures(event.pictures)

    # Actions

    @on(RunTable.CellOpened)
    def open_cell(self, event: RunTable.CellOpened) -> None:
        """Fetch a value in full, to show all about it."""
        self.load_value(event.address)

    @work(thread=True, exclusive=True, group="inspect")
    def load_value(self, address: CellAddress) -> None:
        """Fetch a value; what is in the table serves where that fails."""
        rows = self.table.rows
        index = rows.column_index(address.name)
        if index is None:
            return
        value, column = rows.value(*address), rows.columns[index]
        try:
            inspected = self.session.inspect(address, column, value)
        except DamnitError:
            inspected = Inspected(address.key, column, value)
        self.post_message(ValueLoaded(inspected))

    @on(ValueLoaded)
    def show_value(self, event: ValueLoaded) -> None:
        """Open the box."""
        self.app.push_screen(InspectScreen(event.inspected, self._zone))

    def action_follow(self) -> None:
        """Go along with new runs, or stop doing so."""
        self.table.follow = not self.table.follow
        self.status = replace(self.status, follow=self.table.follow)
        if self.table.follow:
            self.table.action_move_first()

    def action_copy(self) -> None:
        """Copy the cell under the cursor."""
        text = self.table.view.plain_text(self.table.cursor)
        if text:
            self.copy_text(text)
        else:
            self.notify("This cell is empty.", markup=False)

    @work(thread=True, group="copy")
    def copy_text(self, text: str) -> None:
        """Copy text, and tell where to."""
        from ..clipboard import copy_text

        def osc52(copied: str) -> None:
            self.app.call_from_thread(self.app.copy_to_clipboard, copied)

        self.post_message(TextCopied(copy_text(text, osc52, os.environ)))

    @on(TextCopied)
    def tell_copied(self, event: TextCopied) -> None:
        """Say where it went."""
        self.notify(f"Copied to {event.place}.", markup=False, timeout=3)

    @on(InspectScreen.CopyWanted)
    def copy_inspected(self, event: InspectScreen.CopyWanted) -> None:
        """Copy from the box."""
        self.copy_text(event.text)

    def action_jump(self) -> None:
        """Ask for a run number."""
        from ..widgets.jump_prompt import JumpPrompt

        self.add_class("-asking")
        self.mount(JumpPrompt(), before=self.query_one(KeyLine))

    @on(JumpAnswered)
    def jump(self, event: JumpAnswered) -> None:
        """Go there, and back to the table."""
        self.remove_class("-asking")
        self.query("JumpPrompt").remove()
        self.table.focus()
        if event.run_number is not None:
            self.table.jump(event.run_number)
