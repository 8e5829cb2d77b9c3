"""The display state of data, and its pure changes, one for each key."""

from __future__ import annotations

from dataclasses import dataclass, replace

from damnit_daemon.model.view import (
    About,
    Colours,
    ComplexPart,
    Curve,
    How,
    ReducedImage,
    ViewData,
    ViewRequest,
)

from ..charts.colourmaps import MAPS
from ..charts.frame import Window

PAN = 0.25
"""Fraction of the window, per key press."""
ZOOM = 2.0
NARROWEST_PIXELS = 4.0
_HOWS, _PARTS = tuple(How), tuple(ComplexPart)


@dataclass(frozen=True)
class DisplayState:
    """How data is displayed; kept while stepping through runs."""

    preview: bool | None = None
    member: str = ""
    axes: tuple[int, ...] = ()
    at: tuple[int, ...] = ()
    stepped: int = 0
    """Index of the sliced dimension that `,` and `.` move along, among the sliced ones."""
    x: Window | None = None
    y: Window | None = None
    how: How = How.MEAN
    part: ComplexPart = ComplexPart.REAL
    map_number: int = 0
    is_log: bool = False
    held: Window | None = None
    """The range of values drawn, set by the first data loaded."""
    cursor: tuple[float, float] | None = None
    """Row and column of an image; (0, x) of a curve."""
    profiles: bool = False

    def view(self, columns: int, rows: int, pixels: tuple[int, int] | None = None) -> ViewRequest:
        """Return the request for a screen of this size, and this many pixels for an image."""
        return ViewRequest(
            self.preview, self.member, self.axes, self.at, self.x, self.y,
            columns, rows, pixels, self.how, self.part, wants_range=self.held is None,
        )  # fmt: skip

    def taking(self, data: ViewData) -> DisplayState:
        """Return the state after loading data: with its scale, if none is set yet."""
        content = data.content
        known = replace(self, at=data.about.at or self.at)
        if self.held is None and isinstance(content, Curve | ReducedImage):
            return replace(known, held=content.range or self.held)
        return known

    def panned(self, across: float, down: float, data: ViewData) -> DisplayState:
        """Pan by fractions of the window; stops at the end of the data."""
        x, y, x_all, y_all = _windows(data)
        if x is None or x_all is None:
            return self
        changed = replace(self, x=_moved(x, across * PAN, x_all))
        if y is not None and y_all is not None:
            changed = replace(changed, y=_moved(y, down * PAN, y_all))
        return changed

    def zoomed(
        self, factor: float, data: ViewData, on: tuple[float, float] | None = None
    ) -> DisplayState:
        """Zoom in (a factor above 1) or out, around the cursor or the middle."""
        x, y, x_all, y_all = _windows(data)
        if x is None or x_all is None:
            return self
        middle = on or self.cursor
        narrowest = NARROWEST_PIXELS if y_all is not None else (x_all[1] - x_all[0]) * 1e-9
        x = _scaled(x, factor, x_all, middle[1] if middle else None, narrowest)
        changed = replace(self, x=None if x == x_all else x)
        if y is not None and y_all is not None:
            y = _scaled(y, factor, y_all, middle[0] if middle else None, narrowest)
            changed = replace(changed, y=None if y == y_all else y)
        return changed

    def whole(self) -> DisplayState:
        """Show all data."""
        return replace(self, x=None, y=None)

    def rescaled(self, data: ViewData) -> DisplayState:
        """Reset the range of values from the visible data."""
        content = data.content
        if isinstance(content, ReducedImage) and (self.x or self.y):
            return replace(self, held=content.extremes)
        return replace(self, held=content.range if isinstance(content, Curve) else None)

    def next_map(self) -> DisplayState:
        """Switch to the next colour map."""
        return replace(self, map_number=(self.map_number + 1) % len(MAPS))

    def next_how(self) -> DisplayState:
        """Switch between mean, maximum and minimum of the values that share a pixel."""
        return replace(self, how=_HOWS[(_HOWS.index(self.how) + 1) % len(_HOWS)])

    def next_part(self) -> DisplayState:
        """Show another part of complex numbers, at a scale of its own."""
        part = _PARTS[(_PARTS.index(self.part) + 1) % len(_PARTS)]
        return replace(self, part=part, held=None)

    def next_axes(self, about: About) -> DisplayState:
        """Show other dimensions as image or curve."""
        if len(about.layouts) < 2:
            return self
        index = about.layouts.index(about.axes) if about.axes in about.layouts else -1
        axes = about.layouts[(index + 1) % len(about.layouts)]
        return replace(self, axes=axes, x=None, y=None, held=None, cursor=None, stepped=0)

    def next_member(self, about: About, step: int) -> DisplayState:
        """Show another variable of a Dataset."""
        names = [name for name, _ in about.members]
        if about.member not in names:
            return self
        return self.with_member(names[(names.index(about.member) + step) % len(names)])

    def with_member(self, name: str) -> DisplayState:
        """Show a variable of a Dataset, with the display state reset."""
        return DisplayState(self.preview, name, map_number=self.map_number)

    def toggled_preview(self, about: About) -> DisplayState:
        """Switch between the data and its preview."""
        if not (about.has_preview and about.has_data):
            return self
        return DisplayState(not about.is_preview, map_number=self.map_number)

    def sliced(self, step: int, about: About) -> DisplayState:
        """Step along the sliced dimension; the scale stays."""
        cut = cut_dimensions(about)
        if not cut:
            return self
        dimension = cut[self.stepped % len(cut)]
        at = list(about.at)
        at[dimension] = min(about.shape[dimension] - 1, max(0, at[dimension] + step))
        return replace(self, at=tuple(at))

    def next_stepped(self, about: About, step: int) -> DisplayState:
        """Select another dimension for `,` and `.` to move along."""
        cut = cut_dimensions(about)
        return replace(self, stepped=(self.stepped + step) % len(cut)) if cut else self

    def pointed(self, data: ViewData, across: float, down: float) -> DisplayState:
        """Move the cursor by fractions of the window; from the middle if there was none."""
        x, y, _, _ = _windows(data)
        if x is None:
            return self
        row, column = self.cursor or ((sum(y) / 2 if y else 0.0), sum(x) / 2)
        if self.cursor is not None:
            column += across * (x[1] - x[0])
            row += down * (y[1] - y[0]) if y else 0.0
        column = min(max(column, x[0]), x[1] if y is None else x[1] - 1)
        return replace(self, cursor=(min(max(row, y[0]), y[1] - 1) if y else 0.0, column))


def cut_dimensions(about: About) -> list[int]:
    """Return the dimensions that are not drawn and longer than one."""
    return [d for d, size in enumerate(about.shape) if size > 1 and d not in about.axes]


def _windows(data: ViewData) -> tuple[Window | None, Window | None, Window | None, Window | None]:
    """Return the visible windows across and down, and their full extents."""
    content = data.content
    if isinstance(content, Curve):
        return content.window, None, (content.axis.low, content.axis.high), None
    if isinstance(content, ReducedImage):
        all_x, all_y = (0.0, float(content.x_axis.size)), (0.0, float(content.y_axis.size))
        return content.x, content.y, all_x, all_y
    if isinstance(content, Colours):
        return content.x, content.y, (0.0, content.width_px), (0.0, content.height_px)
    return None, None, None, None


def _moved(window: Window, share: float, everything: Window) -> Window | None:
    extent = window[1] - window[0]
    shift = extent * share
    shift = min(max(shift, everything[0] - window[0]), everything[1] - window[1])
    moved = window[0] + shift, window[1] + shift
    return None if moved[0] <= everything[0] and moved[1] >= everything[1] else moved


def _scaled(
    window: Window, factor: float, everything: Window, middle: float | None, narrowest: float
) -> Window:
    low, high = window
    if middle is None or not low <= middle <= high:
        middle = (low + high) / 2
    extent = max((high - low) / factor, narrowest)
    extent = min(extent, everything[1] - everything[0])
    share = (middle - low) / (high - low) if high > low else 0.5
    start = min(max(middle - share * extent, everything[0]), everything[1] - extent)
    return start, start + extent
