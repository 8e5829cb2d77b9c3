"""A view of data, with a headline above and a readout below."""

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
from ..table.cells import CellAddress
from ..terminal.driver import cell_pixels
from ..terminal.graphics.image_cache import ImageCache
from ..terminal.graphics.protocol_choice import Graphics
from ..widgets.canvas import DataCanvas
from .image import Fine
from .loader import DataLoader, LoadRequest, LoadResponse
from .view_model import ViewModel
from .view_state import DisplayState

BEHIND_S = 0.05
"""Interval at which to check whether the terminal has accepted an image."""
TMUX_S = 0.1
"""Delay of the placeholders, so that the image arrives before them. They become many bytes in tmux,
which drops output that its terminal does not accept at once.
"""


class DataView(Vertical):
    """The data of one cell; reads in a worker, draws what is loaded, never blocks."""

    DEFAULT_CSS = """
    DataView {
        & .data--line { height: 1; width: 1fr; color: $facts-color; }
        & #data-readout { color: $readout-color; }
    }
    """

    @dataclass
    class Loaded(Message):
        """Posted when data was read."""

        response: LoadResponse

    class Updated(Message):
        """Posted when the content of the view has changed."""

    def __init__(
        self,
        session: Session,
        graphics: Graphics,
        zone: tzinfo | None = None,
        *,
        steady: bool = False,
    ) -> None:
        """Create a view.

        Args:
            session: The source of the data.
            graphics: The graphics protocol of the terminal.
            zone: Time zone for displayed times.
            steady: Keep the content, including the title, until other data is loaded, so that
                nothing flickers during fast moves.
        """
        super().__init__()
        self._steady = steady
        self._ahead: LoadResponse | None = None
        self.viewer = ViewModel(graphics, zone)
        # The preview pane may stay below the viewer screen: each has its own image slot.
        self._slot = 1 if steady else 0
        self._waiting: Timer | None = None
        self._due: list[list[Segment]] | None = None
        self._reader = DataLoader(session)
        self._pane = DataCanvas()
        self._about = Static(classes="data--line", id="data-about")
        self._readout = Static(classes="data--line", id="data-readout")
        self._cell: tuple[CellAddress, Column, StoredValue | None] | None = None
        self._requested_view: ViewRequest | None = None

    def compose(self) -> ComposeResult:
        """Compose headline, canvas and readout."""
        yield self._about
        yield self._pane
        yield self._readout

    def on_mount(self) -> None:
        """Start reading."""
        self.app.app_resume_signal.subscribe(self, self.send_again)
        self.read()

    def on_unmount(self) -> None:
        """Stop the worker, and delete the image from the terminal."""
        self.app.app_resume_signal.unsubscribe(self)  # it would keep this widget alive forever
        self._reader.stop()
        if self._pictures is not None:
            self._pictures.hide(self._slot)

    @work(thread=True, exclusive=True, group="reading")
    def read(self) -> None:
        """Post responses; ends with the widget."""
        for response in self._reader.responses():
            self.post_message(self.Loaded(response))

    @property
    def address(self) -> CellAddress | None:
        """The address of the current cell."""
        return self._cell[0] if self._cell else None

    @property
    def is_settled(self) -> bool:
        """True if all requested data is on the screen."""
        return self._requested_view is not None and not self._reader.is_busy

    def show_cell(
        self,
        address: CellAddress,
        column: Column,
        known: StoredValue | None,
        *,
        keep_state: bool = False,
    ) -> None:
        """Show another cell.

        Args:
            address: The cell.
            column: Its variable.
            known: Its value in the table.
            keep_state: Whether to keep the display state: scale and window.
        """
        self._cell = address, column, known
        if not self._steady:
            self.viewer.forget()
        if not keep_state:
            self.viewer.state = DisplayState(map_number=self.viewer.state.map_number)
            if not self._steady:
                self.viewer.data, self.viewer.problem = None, ""
        self._request(needs_cell=True)

    def change(self, make: Callable[[ViewModel], DisplayState]) -> None:
        """Change the display state; any data needed for that is read in the worker."""
        before = self.viewer.state.view(*self._room())
        self.viewer.state = make(self.viewer)
        if self.viewer.state.view(*self._room()) != before:
            self._request()
        self.redraw()

    def redraw(self) -> None:
        """Draw the loaded data."""
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
        if self._steady and self.viewer.details is not None:
            about = " · ".join(filter(None, (visible(self.viewer.details.title), about)))
        self._about.update(_line(about))
        self._readout.update(_line(self.viewer.readout()))
        self.post_message(self.Updated())

    # Pixels

    def use(self, graphics: Graphics) -> None:
        """Change the graphics protocol."""
        self.viewer.graphics = graphics
        self._fit_pixels()
        self._request()
        self.redraw()

    def send_again(self, _: object = None) -> None:
        """Send the image again after the terminal has lost it."""
        self.redraw()

    def _fit_pixels(self) -> None:
        """Update the pixel settings; the pixels of a character change with its font."""
        has_pixels = self.viewer.graphics is Graphics.KITTY and self._pictures is not None
        self.viewer.fine = Fine(cell_pixels(), self._slot) if has_pixels else None

    def _send_picture(self) -> bool:
        """Send the image if it has changed; return True if tmux needs time to forward it."""
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
        """Return True while the terminal has not accepted the last image; the next one waits."""
        if self.viewer.fine is None or not self.app.is_behind():  # type: ignore[attr-defined]
            return False
        if self._waiting is None:
            self._waiting = self.set_timer(BEHIND_S, self._draw_late)
        return True

    def _draw_late(self) -> None:
        self._waiting = None
        self.redraw()

    @property
    def height(self) -> int:
        """Lines available for data."""
        return self._pane.size.height

    @on(Loaded)
    def show_response(self, event: Loaded) -> None:
        """Show the response, unless another cell or view has been requested since."""
        event.stop()
        request = event.response.request
        if self._cell is None or request.address != self._cell[0]:
            return
        response = event.response
        if self._steady and response.details is not None:
            # Shown together with the data that follows at once, not next to another cell's data.
            self._ahead = response
            return
        if self._ahead is not None:
            self.viewer.apply(self._ahead)
            self._ahead = None
        if self.viewer.apply(response):
            self._request()
        self.redraw()

    @on(DataCanvas.Resized)
    def fit(self, event: DataCanvas.Resized) -> None:
        """Read at the resolution of the new size."""
        event.stop()
        if self._cell is None:
            return
        if self.viewer.state.view(*self._room()) != self._requested_view:
            self._request(needs_cell=self.viewer.details is None)
        self.redraw()

    @on(DataCanvas.Pointed)
    def point(self, event: DataCanvas.Pointed) -> None:
        """Read out the clicked position."""
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

    def _request(self, *, needs_cell: bool = False) -> None:
        """Request the data for the current state; without space, the first resize does so."""
        if self._cell is None or not self._pane.size.width:
            return
        view = self._requested_view = self.viewer.state.view(*self._room())
        self._reader.load(LoadRequest(*self._cell, view, needs_cell))


def _line(text: str) -> Text:
    return Text(f" {text}", no_wrap=True, overflow="ellipsis", end="")
