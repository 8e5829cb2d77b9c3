"""The app: combines screens, keys and settings."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import constants, events, on, work
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.screen import Screen

from . import keymap
from .data.daemon_requests import RequestAnswered, SendRequest
from .data.session import READ_ONLY, Session
from .guard import GuardedApp
from .main.screen import MainScreen
from .sanitize import as_line
from .table.requests import (
    AcknowledgementRequested,
    CommandRequested,
    CopyRequested,
    DiagnosisRequested,
    FilterRequested,
    HistoryRequested,
    PlotRequested,
    RunVisited,
    ViewRequested,
)
from .terminal.clipboard import Clipboard
from .terminal.driver import PacedDriver, TerminalIdentified, shell_resumes, watch_terminal
from .terminal.graphics.image_cache import ImageCache
from .terminal.graphics.protocol_choice import takes_placeholders
from .terminal.key_buffer import KeyBuffer, aim, missed
from .textual_internals import StylesCache, announce_suspension, driver_of
from .themed_app import ThemedApp

if TYPE_CHECKING:
    from damnit_daemon.ledger import TypedRequest

    from .data.daemon_client import RequestResult


class DamnitApp(GuardedApp[Path], ThemedApp[Path]):
    """The run table of one DAMNIT folder in a terminal; returns another folder to open."""

    CSS_PATH = "app.tcss"
    TITLE = "damnit-tui"
    BINDINGS = keymap.bindings("app")
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False

    def __init__(
        self,
        session: Session,
        *,
        lite: bool = False,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        """Create the app.

        Args:
            session: The folder to show.
            lite: The line is slow: no images, no animation, one repaint a second.
            clock: Returns the current time.
            zone: Time zone of the times shown; None for this machine's.
            at_end: Called if the terminal goes away and the app cannot end by itself.
        """
        # TEXTUAL_DRIVER: textual-serve shows the app in a browser.
        super().__init__(driver_class=None if constants.DRIVER else PacedDriver)
        self.main_screen = MainScreen(
            session, lite=lite, clock=clock, zone=zone, busy=self.is_behind
        )
        self.system_clipboard = Clipboard(self)
        self.is_lite = lite
        """True if the line is slow."""
        self.asks_terminal = False
        """True if the terminal is queried for its type."""
        self._held = KeyBuffer(self.on_event)
        self._has_reported_letter = False
        self._at_end = at_end
        self._watch: threading.Event | None = None
        if lite:
            self.animation_level = "none"

    def get_default_screen(self) -> Screen[None]:
        """Start with the table, not with an empty screen under it."""
        return self.main_screen

    def on_mount(self) -> None:
        """Exit cleanly on a signal, or when the terminal goes away."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._end, number)
        self._watch = watch_terminal(self._leave, self._at_end)

    async def on_event(self, event: events.Event) -> None:
        """Record each key's target; keys that follow a command key or a new screen wait."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif not self.screen_stack:
            return  # the app is ending
        elif not await self._is_held(event):
            aim(event, focused := self.focused)
            await super().on_event(event)
            await self._held.begin(event, focused)

    async def _is_held(self, event: events.Key) -> bool:
        return (
            self._held.take(event)
            or await self._held.wait_for(self.screen, event)
            or await self._held.follow(event, self.focused)
        )

    async def on_key(self, event: events.Key) -> None:
        """Retry an unhandled key: its target may not have existed yet."""
        if not self.screen_stack:
            return  # the app is ending
        if await self._held.wait_for(self.screen, event):
            event.prevent_default()
        elif (again := missed(event, self.focused)) is not None:
            event.prevent_default()  # nor is it a command
            await self.on_event(again)
        elif event.is_printable and not (event.character or "").isascii():
            self._report_unbound_letter(event.character or "")

    def _report_unbound_letter(self, letter: str) -> None:
        """Report once that a letter of another keyboard layout is not bound."""
        if not self._has_reported_letter:
            self._has_reported_letter = True
            self.notify(
                f"No key is bound to {as_line(letter)}: bindings use Latin letters. "
                "Switch the keyboard layout, or change the bindings (docs/keys.md).",
                markup=False,
            )

    def on_resize(self, event: events.Resize) -> None:
        """Resize the screen diff, which forgets the terminal's contents."""
        if isinstance(driver := driver_of(self), PacedDriver):
            driver.memory.resize(*event.size)

    def action_redraw(self) -> None:
        """Redraw everything, in case another program has written on the screen."""
        if isinstance(driver := driver_of(self), PacedDriver):
            driver.redraw()
        self.app_resume_signal.publish(self)
        self.screen.refresh(layout=True)

    @on(Driver.SignalResume)
    def repaint(self) -> None:
        """Repaint after the app was suspended."""
        self.action_redraw()

    def action_suspend_process(self) -> None:
        """Suspend to the shell, until `fg`."""
        driver = driver_of(self)
        if driver is None or not driver.can_suspend or not shell_resumes():
            self.notify("Cannot suspend: no shell to resume the app from.", markup=False)
            return
        announce_suspension(self)
        os.killpg(0, signal.SIGTSTP)  # as the terminal does: a wrapper of this process stops, too

    @property
    def pictures(self) -> ImageCache | None:
        """Images held by the terminal; None without a terminal."""
        driver = driver_of(self)
        return driver.pictures if isinstance(driver, PacedDriver) else None

    @on(TerminalIdentified)
    def use_terminal(self, event: TerminalIdentified) -> None:
        """Apply the terminal's capabilities."""
        self.main_screen.views.use_pixels(takes_placeholders(event.version))

    # Requests of screens over the table

    @on(CopyRequested)
    def copy_requested(self, event: CopyRequested) -> None:
        """Copy a text."""
        self.system_clipboard.copy(event.text, event.what)

    @on(RunVisited)
    def run_visited(self, event: RunVisited) -> None:
        """Let the table follow."""
        self.main_screen.views.go_to(event.key, event.name)

    @on(ViewRequested)
    def view_requested(self, event: ViewRequested) -> None:
        """View the data of a cell."""
        self.main_screen.views.view(event.address)

    @on(DiagnosisRequested)
    def diagnosis_requested(self, event: DiagnosisRequested) -> None:
        """Explain an empty cell."""
        self.main_screen.views.explain(event.address)

    @on(HistoryRequested)
    def history_requested(self, event: HistoryRequested) -> None:
        """List the values that a cell has had."""
        self.main_screen.views.show_history(event.address)

    @on(PlotRequested)
    def plot_requested(self, event: PlotRequested) -> None:
        """Plot a variable over runs."""
        self.main_screen.views.plot_variable(event.name)

    @on(FilterRequested)
    def filter_requested(self, event: FilterRequested) -> None:
        """Filter the table by a column."""
        self.main_screen.runs.runs_query.filter_column(event.column, event.text)

    @on(AcknowledgementRequested)
    def acknowledgement_requested(self, event: AcknowledgementRequested) -> None:
        """Acknowledge alerts."""
        self.main_screen.alerts.acknowledge(event.alerts, withdraw=event.withdraw)

    @on(CommandRequested)
    def command_requested(self, event: CommandRequested) -> None:
        """Run a command on the table."""
        self.main_screen.call_later(self.main_screen.run_on_cell, event)

    def on_unmount(self) -> None:
        """Stop watching the terminal."""
        if self._watch is not None:
            self._watch.set()

    def is_behind(self) -> bool:
        """Return True if the terminal has not yet taken all output."""
        driver = driver_of(self)
        return isinstance(driver, PacedDriver) and driver.is_behind

    def pop_screen(self) -> AwaitComplete:
        """Close the top screen, and release all that it had drawn."""
        closing = super().pop_screen()
        self.call_later(self._forget_drawn)
        return closing

    def _forget_drawn(self) -> None:
        # A method cached by its object: that would keep the lines of 1024 widgets.
        StylesCache.get_inner_outer.cache_clear()

    async def action_quit(self) -> None:
        """Quit, unless typed text is unwritten."""
        if self.main_screen.edit_bar.may_leave():
            self.exit()

    def action_help(self, owner: str = "") -> None:
        """Show all keys.

        Args:
            owner: The screen; empty for the table.
        """
        from .dialogs.help import HelpScreen

        self.push_screen(HelpScreen(owner))

    # The daemon

    @on(SendRequest)
    def send_request(self, event: SendRequest) -> None:
        """Send a request to the daemon, unless the session is read-only."""
        if self.main_screen.session.read_only:
            self.notify(READ_ONLY, severity="warning")
        else:
            self._ask_daemon(event.request)

    @work(thread=True, group="requests")
    def _ask_daemon(self, request: TypedRequest) -> None:
        result = self.main_screen.session.daemon_client().ask(request)
        self.call_later(self._show_answer, result)

    def _show_answer(self, result: RequestResult) -> None:
        self.notify(result.text, severity=result.severity)
        self.screen.post_message(RequestAnswered(result))

    def _end(self, number: int) -> None:
        """Restore the terminal, which a signal by itself would not."""
        self.exit(return_code=128 + number)

    def _leave(self) -> None:
        self.call_later(self.exit)
