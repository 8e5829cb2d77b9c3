"""View the data of a cell: viewer, preview pane, and diagnosis of an empty cell."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.message import Message
from textual.timer import Timer

from damnit_daemon.query import FilterError

from ..fixed_columns import TIME
from ..keymap.commands import complete_words
from ..sanitize import visible
from ..table.viewport import CellAddress
from ..table.widget import RunTable
from ..terminal.graphics.protocol_choice import WANTED, Graphics, GraphicsSetting, choose_graphics
from .clipboard import Taking

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

    from ..table.requests import CommandRequested
    from ..viewer.preview_pane import Preview
    from ..viewer.screen import ViewerScreen


WARM_S = 0.25
"""Interval of checks for an idle moment."""
NEEDED = {"numpy", "damnit_tui.viewer.screen", "damnit_tui.viewer.preview_pane"}


@dataclass
class Imported(Message):
    """The modules for the viewer are imported."""

    then: Callable[[], object]


class Looking(Taking):
    """Part of the main screen: inspect, and the diagnosis of an empty cell."""

    @on(RunTable.CellOpened)
    def open_cell(self, event: RunTable.CellOpened) -> None:
        """Open a value, or the run for its start time; explain an empty cell."""
        value = self.context.cell(event.address)[1]
        if event.address.name == TIME.name and value is not None:
            self.action_details()
        elif value is None or value.value is None:
            self.explain(event.address)
        else:
            self.inspect(event.address)

    def action_why(self) -> None:
        """Explain why the cell under the cursor is empty."""
        if self.table.cursor is not None:
            self.explain(self.table.cursor)

    def explain(self, address: CellAddress) -> None:
        """Explain why a cell is empty."""
        from ..diagnosis.dialog import DiagnosisScreen

        self.app.push_screen(DiagnosisScreen(self.context, address))

    async def run_on_cell(self, request: CommandRequested) -> None:
        """Close all screens over this one, and run a command on a cell."""
        while self.app.screen is not self:
            await self.app.pop_screen()
        self.table.move_to(*request.address)
        if request.command == "runs.context":
            self.action_context(request.line)
        elif request.command == "runs.reprocess":
            self.action_reprocess(request.address.name, here=True)
        else:
            await self.commands.run(request.command)

    def inspect(self, address: CellAddress) -> None:
        """View a cell in full screen."""
        self._when_imported(lambda: self._push_inspect(address))

    def _push_inspect(self, address: CellAddress) -> None:
        from ..viewer.screen import ViewerScreen

        screen = ViewerScreen(self.context, address, graphics=self._graphics())
        self._inspecting = screen

        def forget(_: None) -> None:
            self._inspecting = None

        self.app.push_screen(screen, forget)

    _inspecting: ViewerScreen | None = None
    """The viewer over the table, while it is open."""

    # NumPy and h5py are imported for the viewer without delaying any key. NumPy, the slowest, as
    # soon as the app is idle; both would waste memory for users who never open the viewer.

    _warming: Timer | None = None
    _warmed = False

    def begin_warming(self) -> None:
        """Import what the first view would wait for, once everything has been read."""
        self._warming = self.set_interval(WARM_S, self._warm_up)

    def _warm_up(self) -> None:
        if self._warming is not None and self.feed.has_all:
            self._warming.stop()
            self.import_views()

    @work(thread=True, group="imports")
    def import_views(self) -> None:
        """Import the modules, and start a process that reads files."""
        self.session.results.start()
        for name in sorted(NEEDED):
            importlib.import_module(name)

    lite = False
    """True if the line is slow."""

    def _when_imported(self, then: Callable[[], object]) -> None:
        if sys.modules.keys() >= NEEDED:
            then()
        else:
            self.import_needed(then)

    @work(thread=True, group="imports")
    def import_needed(self, then: Callable[[], object] = lambda: None) -> None:
        """Import the modules needed to draw and read data."""
        for name in NEEDED:
            importlib.import_module(name)
        self.post_message(Imported(then))

    @on(Imported)
    def go_on(self, event: Imported) -> None:
        """Run what waited for the import."""
        event.then()

    # Graphics protocol

    graphics: GraphicsSetting = "auto"
    """The user's setting."""
    has_pixels = False
    """True if the terminal has reported support for pixel graphics."""

    def take_pixels(self, has_pixels: bool) -> None:
        """Apply the terminal's reply about pixel graphics."""
        self.has_pixels = has_pixels
        self._use_graphics()

    def set_graphics(self, text: str) -> None:
        """Switch how images are drawn.

        Raises:
            FilterError: If the setting is not valid.
        """
        name = text.strip()
        if name not in WANTED:
            problem = f"Images cannot be drawn as {visible(name)!r}." if name else "How?"
            raise FilterError(problem, 0, len(text), hint=f"There are {', '.join(WANTED)}.")
        self.graphics = name
        self._use_graphics()
        told = {
            Graphics.KITTY: "in pixels; if there are none, :graphics blocks",
            Graphics.BLOCKS: "in half blocks",
            Graphics.SHADES: "in shades",
        }
        self.notify(f"Images are drawn {told[self._graphics()]}.", markup=False, timeout=4)

    def complete_graphics(self, text: str, cursor: int) -> Completion:
        """Complete the settings."""
        return complete_words(text, cursor, WANTED)

    def _use_graphics(self) -> None:
        if self.preview is not None:
            self.preview.use(self._graphics())
        if self._inspecting is not None:
            self._inspecting.view.use(self._graphics())

    # The preview pane

    preview: Preview | None = None
    """The pane, while it is open."""
    _wants_preview = False

    @property
    def preview_shown(self) -> bool:
        """True if the pane is requested; set it to open or close the pane."""
        return self._wants_preview

    @preview_shown.setter
    def preview_shown(self, wanted: bool) -> None:
        self._wants_preview = wanted
        if wanted:
            self._when_imported(self._open_preview)
        elif self.preview is not None:
            self.preview.remove()
            self.preview = None

    def action_preview(self) -> None:
        """Toggle the preview of the cell under the cursor."""
        self.preview_shown = not self.preview_shown

    def _open_preview(self) -> None:
        from ..viewer.preview_pane import Preview

        if self.preview is not None or not self._wants_preview:
            return
        self.preview = Preview(self.session, self._graphics(), self._zone, steady=True)
        self.place_preview()
        self.query_one("#table-area").mount(self.preview)
        self.follow_cursor()

    @on(events.Resize)
    def place_preview(self) -> None:
        """Place the pane next to the table, or below it where there is no room."""
        if self.preview is None:
            return
        from ..viewer.preview_pane import BESIDE_FROM

        below = self.app.size.width < BESIDE_FROM
        self.query_one("#table-area").set_class(below, "-below")
        self.preview.set_class(below, "-below")

    @on(RunTable.CursorMoved)
    def follow_cursor(self) -> None:
        """Preview the cell under the cursor."""
        cursor = self.table.cursor
        if not self._warmed and self.feed.has_all:
            self._warmed = True
            self.import_needed()
        if self.preview is not None and cursor is not None:
            self.preview.look_at(cursor, *self.context.cell(cursor))

    def look_again(self, changed: Collection[CellAddress]) -> None:
        """Refresh open views of values that were recomputed."""
        if self.preview is not None and self.preview.address in changed:
            self.follow_cursor()
        if self._inspecting is not None and self._inspecting.address in changed:
            self._inspecting.look_again()

    def _graphics(self) -> Graphics:
        colours = None if self.app.is_headless else self.app.console.color_system
        return choose_graphics(
            self.graphics, os.environ, colours, lite=self.lite, has_pixels=self.has_pixels
        )
