"""Data on the screen: what was read, drawn, with what it is above and a readout below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from rich.segment import Segment
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from damnit_daemon.model import Column, StoredValue
from damnit_daemon.model.view import ViewRequest

from ..data.session import Session
from ..sanitize import visible
from ..table.viewport import CellAddress
from ..terminal.driver import cell_pixels
from ..terminal.graphics.image_cache import ImageCache
from ..terminal.graphics.protocol_choice import Graphics
from ..widgets.canvas import DataCanvas
from .image import Fine
from .loader import DataLoader, LoadRequest, LoadResponse
from .view_model import ViewModel
from .view_state import DisplayState

BEHIND_S = 0.05
"""How soon to look again whether the terminal has taken an image."""
TMUX_S = 0.1
"""tmux throws away what its terminal does not take at once, images with it: the many bytes that it
makes of the placeholders come after the image has gone through."""


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

        answer: LoadResponse

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
        self._ahead: LoadResponse | None = None
        self.viewer = ViewModel(graphics, zone)
        # The pane may stay below the screen.
        self._slot = 1 if steady else 0
        self._waiting: Timer | None = None
        self._due: list[list[Segment]] | None = None
        self._reader = DataLoader(session)
        self._pane = DataCanvas()
        self._about = Static(classes="data--line", id="data-about")
        self._readout = Static(classes="data--line", id="data-readout")
        self._cell: tuple[CellAddress, Column, StoredValue | None] | None = None
        self._wished: ViewRequest | None = None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._about
        yield self._pane
        yield self._readout

    def on_mount(self) -> None:
        """Begin to read."""
        self.app.app_resume_signal.subscribe(self, self.send_again)
        self.read()

    def on_unmount(self) -> None:
        """Let the worker end, and the terminal forget."""
        self.app.app_resume_signal.unsubscribe(self)  # which would hold us for ever
        self._reader.stop()
        if self._pictures is not None:
            self._pictures.hide(self._slot)

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
            self.viewer.state = DisplayState(map_number=self.viewer.state.map_number)
            if not self._steady:
                self.viewer.looked, self.viewer.problem = None, ""
        self._want(needs_cell=True)

    def change(self, make: Callable[[ViewModel], DisplayState]) -> None:
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
        if self._is_behind():
            return
        self._fit_pixels()
        lines = self.viewer.lines(size.width, size.height, self._pane.styles_by_role())
        self._due = lines
        if self._send_picture():
            self.set_timer(TMUX_S, self._show_due)
        else:
            self._show_due()
        about = self.viewer.about()
        if self._steady and self.viewer.inspected is not None:
            about = " · ".join(filter(None, (visible(self.viewer.inspected.title), about)))
        self._about.update(_line(about))
        self._readout.update(_line(self.viewer.readout()))
        self.post_message(self.Shown())

    # Pixels

    def use(self, graphics: Graphics) -> None:
        """Draw images in another way."""
        self.viewer.graphics = graphics
        self._fit_pixels()
        self._want()
        self.redraw()

    def send_again(self, _: object = None) -> None:
        """The terminal has lost what it was sent."""
        self.redraw()

    def _fit_pixels(self) -> None:
        """How pictures are drawn now; pixels of a character change with its font."""
        has_pixels = self.viewer.graphics is Graphics.KITTY and self._pictures is not None
        self.viewer.fine = Fine(cell_pixels(), self._slot) if has_pixels else None

    def _send_picture(self) -> bool:
        """Send the image if it is another one; tell whether tmux needs time to hand it on."""
        pictures, frame = self._pictures, self.viewer.frame
        if pictures is None:
            return False
        if frame is not None and frame.raster is not None:
            return pictures.show(self._slot, frame.raster) and pictures.in_tmux
        pictures.hide(self._slot)
        return False

    def _show_due(self) -> None:
        if self._due is not None:
            self._pane.show(self._due)
            self._due = None

    @property
    def _pictures(self) -> ImageCache | None:
        return getattr(self.app, "pictures", None)

    def _is_behind(self) -> bool:
        """Whether the terminal has yet to take the last image; the next one is drawn then."""
        if self.viewer.fine is None or not self.app.is_behind():  # type: ignore[attr-defined]
            return False
        if self._waiting is None:
            self._waiting = self.set_timer(BEHIND_S, self._drawn_late)
        return True

    def _drawn_late(self) -> None:
        self._waiting = None
        self.redraw()

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

    @on(DataCanvas.Resized)
    def fit(self, event: DataCanvas.Resized) -> None:
        """Read as finely as there is room now."""
        event.stop()
        if self._cell is None:
            return
        if self.viewer.state.view(*self._room()) != self._wished:
            self._want(needs_cell=self.viewer.inspected is None)
        self.redraw()

    @on(DataCanvas.Pointed)
    def point(self, event: DataCanvas.Pointed) -> None:
        """Read out what somebody clicked on."""
        event.stop()
        self.change(lambda viewer: viewer.pointed_at(event.x, event.y))

    @on(DataCanvas.Wheeled)
    def turn(self, event: DataCanvas.Wheeled) -> None:
        """Zoom around the mouse, or scroll text."""
        event.stop()
        if self.viewer.wrapped is not None:
            self.viewer.wrapped.scroll(-3 * event.steps, self.height)
            self.redraw()
        else:
            self.change(lambda viewer: viewer.zoomed_at(event.steps, event.x, event.y))

    def _room(self) -> tuple[int, int, tuple[int, int] | None]:
        self._fit_pixels()
        return self.viewer.room(self._pane.size.width, self._pane.size.height)

    def _want(self, *, needs_cell: bool = False) -> None:
        """Wish for what is to be seen; without room for it that comes with the first resize."""
        if self._cell is None or not self._pane.size.width:
            return
        view = self._wished = self.viewer.state.view(*self._room())
        self._reader.want(LoadRequest(*self._cell, view, needs_cell))


def _line(text: str) -> Text:
    return Text(f" {text}", no_wrap=True, overflow="ellipsis", end="")
