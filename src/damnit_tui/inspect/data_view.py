"""Data on the screen: what was read, drawn, with what it is above and a readout below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from damnit_daemon.model import Column, StoredValue
from damnit_daemon.model.looked import View

from ..session import Session
from ..table.view import CellAddress
from ..visible import visible
from .graphics import Graphics
from .pane import DataPane
from .reading import Answer, Reader, Wish
from .state import State
from .viewer import Viewer


class DataView(Vertical):
    """The data of one cell; reads in a worker, draws what is known, never waits."""

    DEFAULT_CSS = """
    DataView {
        & .data--line { height: 1; width: 1fr; color: $foreground 75%; }
        & #data-readout { color: $text-accent; }
    }
    """

    @dataclass
    class Answered(Message):
        """Something was read."""

        answer: Answer

    class Shown(Message):
        """Something else is on the screen."""

    def __init__(
        self,
        session: Session,
        graphics: Graphics,
        zone: tzinfo | None = None,
        *,
        steady: bool = False,
    ) -> None:
        """Prepare a view.

        Args:
            session: Where data comes from.
            graphics: What the terminal can show.
            zone: In which times are shown.
            steady: What is shown stays, title and all, until other data is there: while
                somebody moves fast nothing flickers.
        """
        super().__init__()
        self._steady = steady
        self._ahead: Answer | None = None
        self.viewer = Viewer(graphics, zone)
        self._reader = Reader(session)
        self._pane = DataPane()
        self._about = Static(classes="data--line", id="data-about")
        self._readout = Static(classes="data--line", id="data-readout")
        self._cell: tuple[CellAddress, Column, StoredValue | None] | None = None
        self._wished: View | None = None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._about
        yield self._pane
        yield self._readout

    def on_mount(self) -> None:
        """Begin to read."""
        self.read()

    def on_unmount(self) -> None:
        """Let the worker end."""
        self._reader.stop()

    @work(thread=True, exclusive=True, group="reading")
    def read(self) -> None:
        """Hand on answers; ends with the widget."""
        for answer in self._reader.answers():
            self.post_message(self.Answered(answer))

    @property
    def address(self) -> CellAddress | None:
        """Which cell is looked at."""
        return self._cell[0] if self._cell else None

    @property
    def is_settled(self) -> bool:
        """Whether what is on the screen is all that there is."""
        return self._wished is not None and not self._reader.is_busy

    def look_at(
        self,
        address: CellAddress,
        column: Column,
        known: StoredValue | None,
        *,
        keep_state: bool = False,
    ) -> None:
        """Look at another cell.

        Args:
            address: Which.
            column: Its variable.
            known: What the table holds of it.
            keep_state: Whether it is seen as the one before: at the same scale and place.
        """
        self._cell = address, column, known
        if not self._steady:
            self.viewer.forget()
        if not keep_state:
            self.viewer.state = State(map_number=self.viewer.state.map_number)
            if not self._steady:
                self.viewer.looked, self.viewer.problem = None, ""
        self._want(needs_cell=True)

    def change(self, make: Callable[[Viewer], State]) -> None:
        """See it in another way; what must be read for that is read in the worker."""
        before = self.viewer.state.view(*self._room())
        self.viewer.state = make(self.viewer)
        if self.viewer.state.view(*self._room()) != before:
            self._want()
        self.redraw()

    def redraw(self) -> None:
        """Draw what is known."""
        size = self._pane.size
        if not size.width or not size.height:
            return
        self._pane.show(self.viewer.lines(size.width, size.height, self._pane.styles_by_role()))
        about = self.viewer.about()
        if self._steady and self.viewer.inspected is not None:
            about = " · ".join(filter(None, (visible(self.viewer.inspected.title), about)))
        self._about.update(_line(about))
        self._readout.update(_line(self.viewer.readout()))
        self.post_message(self.Shown())

    @property
    def height(self) -> int:
        """Lines that there are for data."""
        return self._pane.size.height

    @on(Answered)
    def take_in(self, event: Answered) -> None:
        """Show what was read, unless something else is looked at by now."""
        event.stop()
        wish = event.answer.wish
        if self._cell is None or wish.address != self._cell[0]:
            return
        answer = event.answer
        if self._steady and answer.inspected is not None:
            # Shown with the data that follows at once, not beside those of another cell.
            self._ahead = answer
            return
        if self._ahead is not None:
            self.viewer.take(self._ahead)
            self._ahead = None
        if self.viewer.take(answer):
            self._want()
        self.redraw()

    @on(DataPane.Resized)
    def fit(self, event: DataPane.Resized) -> None:
        """Read as finely as there is room now."""
        event.stop()
        if self._cell is None:
            return
        if self.viewer.state.view(*self._room()) != self._wished:
            self._want(needs_cell=self.viewer.inspected is None)
        self.redraw()

    @on(DataPane.Pointed)
    def point(self, event: DataPane.Pointed) -> None:
        """Read out what somebody clicked on."""
        event.stop()
        self.change(lambda viewer: viewer.pointed_at(event.x, event.y))

    @on(DataPane.Wheeled)
    def turn(self, event: DataPane.Wheeled) -> None:
        """Zoom around the mouse, or scroll text."""
        event.stop()
        if self.viewer.wrapped is not None:
            self.viewer.wrapped.scroll(-3 * event.steps, self.height)
            self.redraw()
        else:
            self.change(lambda viewer: viewer.zoomed_at(event.steps, event.x, event.y))

    def _room(self) -> tuple[int, int]:
        return self.viewer.room(self._pane.size.width, self._pane.size.height)

    def _want(self, *, needs_cell: bool = False) -> None:
        """Wish for what is to be seen; without room for it that comes with the first resize."""
        if self._cell is None or not self._pane.size.width:
            return
        view = self._wished = self.viewer.state.view(*self._room())
        self._reader.want(Wish(*self._cell, view, needs_cell))


def _line(text: str) -> Text:
    return Text(f" {text}", no_wrap=True, overflow="ellipsis", end="")
