"""View model of the viewer: cell, display state and loaded data, without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from rich.segment import Segment

from damnit_daemon.model.view import (
    Colours,
    Content,
    Curve,
    Figure,
    ReducedImage,
    TextContent,
    ViewData,
)

from ..charts.frame import Frame, Styles, styled
from ..sanitize import visible_lines
from ..terminal.graphics.protocol_choice import Graphics
from .cell_details import CellDetails
from .image import Fine, half_blocks_of
from .loader import LoadResponse
from .plotly import FigureUnreadable, Redrawn, parse_figure
from .readout import readout
from .render import RenderTarget, draw_data, headline, problem_lines, room_for
from .text_view import WrappedText
from .view_state import ZOOM, DisplayState


class ViewModel:
    """Applies responses and draws them.

    Attributes:
        state: How data is displayed.
        details: Details of the cell from the database, once loaded.
        data: The newest data.
        problem: Reason why there is none.
        wrapped: The text, if text is shown.
        graphics: Graphics protocol for images.
        fine: Pixel settings, if images are drawn in pixels.
    """

    def __init__(self, graphics: Graphics, zone: tzinfo | None) -> None:
        self.state = DisplayState()
        self.details: CellDetails | None = None
        self.data: ViewData | None = None
        self.problem = ""
        self.wrapped: WrappedText | None = None
        self._redrawn: Redrawn | None = None
        self._wrapped_for: tuple[object, int] | None = None
        self.graphics = graphics
        self.fine: Fine | None = None
        self._zone = zone
        self.frame: Frame | None = None

    def apply(self, response: LoadResponse) -> bool:
        """Apply a response; return True if it requires another read."""
        if response.details is not None:
            self.details = response.details
            return False
        if response.data is None:
            self.data, self.problem, self._redrawn = None, response.problem, None
            return False
        self.data = self._with_units(response.data)
        self.problem = problem_lines(response.data.content)
        self.state = self.state.taking(response.data)
        self._redrawn = None
        content = response.data.content
        if isinstance(content, Figure):
            try:
                self._redrawn = parse_figure(content.json_text)
            except FigureUnreadable as error:
                self.problem = str(error)
        if isinstance(content, Curve) and self.state.x and not content.filled.any():
            # The window came from another run: it is empty here.
            self.state = self.state.whole()
            return True
        return False

    def room(self, width: int, height: int) -> tuple[int, int, tuple[int, int] | None]:
        """Return the columns and rows to read, and the pixels of an image."""
        return room_for(self.state, width, height, self.fine)

    def lines(self, width: int, height: int, styles: Styles) -> list[list[Segment]]:
        """Render the lines on the screen."""
        target = RenderTarget(width, height, styles, self.graphics, self._zone, self.fine)
        self.frame = None
        if self.problem or self.data is None:
            return self._instead(target)
        self.frame = draw_data(self.data, self.state, target, self._redrawn)
        if self.frame is not None:
            self.wrapped = None
            return self.frame.lines
        content = self.data.content
        if not isinstance(content, TextContent):
            return self._instead(target)
        # A single number leaves space for all its metadata.
        facts = self._facts(target.width) if self.data.about.kind == "scalar" else []
        return self._text((*content.lines, *facts), target, wraps=content.wraps)

    def about(self) -> str:
        """Describe the data in one line."""
        if self.data is None:
            return ""
        return headline(self.data, self.state, self._redrawn)

    def readout(self) -> str:
        """Describe the data under the cursor."""
        if self.data is None:
            return ""
        if self._redrawn is not None and self._redrawn.picture is not None:
            drawn = replace(self.data, content=self._redrawn.picture)
            return readout(drawn, replace(self.state, held=None), self._zone)
        text = readout(self.data, self.state, self._zone)
        content = self.data.content
        if isinstance(content, Curve | ReducedImage) and self._is_out_of_scale(content):
            return f"values outside held scale: r fits it · {text}"
        if isinstance(content, Curve) and self._is_cut_off(content):
            return f"{text} · some values outside held scale: r fits it"
        return text

    def forget(self) -> None:
        """Reset for another cell; the last drawing stays until the new one is known."""
        self.details = None

    def stepped(self, columns: int, lines: int) -> DisplayState:
        """Move the cursor by characters, at least a pixel; at an edge the window is panned."""
        if self.data is None or self.frame is None or not self.frame.place.width:
            return self.state
        across, down = 1 / self.frame.place.width, 1 / max(1, self.frame.place.height)
        content = self._drawn_content() or self.data.content
        if isinstance(content, ReducedImage | Colours):
            width, height = content.x[1] - content.x[0], content.y[1] - content.y[0]
            across, down = max(across, 1 / width), max(down, 1 / height)
            if isinstance(content, ReducedImage) and content.is_upward:
                down = -down
        across, down = across * columns, down * lines
        data = replace(self.data, content=content)
        moved = self.state.pointed(data, across, down)
        if moved.cursor != self.state.cursor:
            return moved
        return self.state.panned(_sign(across), _sign(down), data)

    def panned(self, across: float, down: float) -> DisplayState:
        """Pan by fractions of the window; positive `down` is down on the screen."""
        if self.data is None:
            return self.state
        content = self.data.content
        upward = isinstance(content, ReducedImage) and content.is_upward
        return self.state.panned(across, -down if upward else down, self.data)

    def zoomed(self, factor: float) -> DisplayState:
        """Zoom in or out."""
        return self.state.zoomed(factor, self.data) if self.data else self.state

    def pointed_at(self, x: int, y: int) -> DisplayState:
        """Put the cursor on a character of the drawing."""
        place = self._data_at(x, y)
        return self.state if place is None else replace(self.state, cursor=place)

    def zoomed_at(self, steps: int, x: int, y: int) -> DisplayState:
        """Zoom in or out around a character."""
        if self.data is None:
            return self.state
        return self.state.zoomed(ZOOM**steps, self.data, self._data_at(x, y))

    def _data_at(self, x: int, y: int) -> tuple[float, float] | None:
        """Return row and column of an image, or (0, x) of a curve, at a character."""
        frame = self.frame
        if frame is None or self.data is None or not frame.place.holds(x, y):
            return None
        across = frame.x_at(x + 0.5)
        if not isinstance(self._drawn_content(), ReducedImage | Colours):
            return 0.0, across
        share = (y - frame.place.top + 0.5) / frame.place.height
        return frame.y[0] * (1 - share) + frame.y[1] * share, across

    def _drawn_content(self) -> Content | None:
        if self._redrawn is not None and self._redrawn.picture is not None:
            return self._redrawn.picture
        return self.data.content if self.data else None

    def _with_units(self, data: ViewData) -> ViewData:
        """Add the variable's units, unless the data has its own."""
        about = data.about
        is_other = about.units or about.is_preview or about.members or about.is_time
        if self.details is None or is_other or about.kind not in ("curve", "image", "scalar"):
            return data
        return replace(data, about=replace(about, units=self.details.units))

    def _is_out_of_scale(self, content: Curve | ReducedImage) -> bool:
        found = content.range if isinstance(content, Curve) else content.extremes
        held = self.state.held
        return bool(found and held and (found[1] < held[0] or found[0] > held[1]))

    def _is_cut_off(self, curve: Curve) -> bool:
        """Return True if a curve exceeds the visible range by more than a margin."""
        found, held = curve.range, self.state.held
        if found is None or held is None:
            return False
        margin = held[1] * 0.03 - held[0] * 0.03
        return found[0] < held[0] - margin or found[1] > held[1] + margin

    def _instead(self, target: RenderTarget) -> list[list[Segment]]:
        """Render why there is nothing to draw, and the details from the database."""
        shown = self.details
        lines: list[str] = []
        if shown is not None and shown.error is not None:
            lines += shown.error_lines()
        elif shown is not None:
            value = shown.value.value if shown.value is not None else None
            lines += visible_lines(value) if isinstance(value, str) else [shown.summary.text]
        if self.problem and (shown is None or shown.error is None):
            lines += ["", *visible_lines(f"No data: {self.problem}")]
        drawn = shown.drawn if shown is not None else None
        if drawn is None or not (drawn.lines or drawn.pixels):
            return self._text([*lines, *self._facts(target.width)], target)
        text = self._text(lines, target)
        curve = styled(target.styles, "curve")
        text += [[], *([Segment(line, curve)] for line in drawn.lines)]
        if self.graphics is not Graphics.SHADES:
            text += half_blocks_of(drawn.pixels)
        self.wrapped = None
        return text

    def _facts(self, width: int) -> list[str]:
        """Render the metadata as labels and text; wrapped text stays in its column."""
        if self.details is None:
            return []
        facts = self.details.facts(self._zone)
        indent = max((len(name) for name, _ in facts), default=0) + 2
        lines = [""]
        for name, text in facts:
            wrapped = WrappedText([text], max(20, width - indent - 2)).lines
            heads = [f"{name:<{indent}}", *[" " * indent] * len(wrapped)]
            lines += [f"{head}{line}" for head, line in zip(heads, wrapped, strict=False)]
        return lines

    def _text(
        self, lines: list[str] | tuple[str, ...], target: RenderTarget, *, wraps: bool = True
    ) -> list[list[Segment]]:
        signature = (tuple(lines), target.width)
        if self.wrapped is None or self._wrapped_for != signature:
            self.wrapped = WrappedText(lines, target.width - 1, wraps=wraps)
            self._wrapped_for = signature
        plain, match = styled(target.styles, "text"), styled(target.styles, "passage")
        count = min(target.height, len(self.wrapped.lines))
        room = target.width - 1
        return [
            [Segment(" ", plain), *self.wrapped.row(i, room, plain, match)] for i in range(count)
        ]


def _sign(number: float) -> float:
    return (number > 0) - (number < 0)
