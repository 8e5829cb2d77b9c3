"""View requests and their results: arrays downsampled to screen size."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]

Window = tuple[float, float]
"""Start and end, along an axis."""


class AxisKind(StrEnum):
    """Kind of positions along an axis."""

    INDEX = "index"
    """Plain index, from 0."""
    NUMBER = "number"
    TIME = "time"
    """Unix seconds UTC."""
    TEXT = "text"
    """Names: positioned by index, labelled with text."""


class How(StrEnum):
    """How to reduce pixels that share a cell on the screen."""

    MEAN = "mean"
    MAX = "max"
    MIN = "min"


class ComplexPart(StrEnum):
    """Which part of a complex number to draw."""

    REAL = "real part"
    IMAGINARY = "imaginary part"
    MAGNITUDE = "magnitude"
    PHASE = "phase"


@dataclass(frozen=True)
class ViewRequest:
    """Which part of which data, and its resolution."""

    preview: bool | None = None
    """True for the preview instead of the data; None for the preview if there is one."""
    member: str = ""
    """Variable of a Dataset; empty for its first."""
    axes: tuple[int, ...] = ()
    """The one or two dimensions to draw, down then across; empty for the default."""
    at: tuple[int, ...] = ()
    """Positions along the other dimensions; missing ones default to the middle."""
    x: Window | None = None
    """Start and end: of a curve in its coordinate, of an image in columns; None for all."""
    y: Window | None = None
    """Start and end of an image in rows; None for all."""
    columns: int = 200
    """Number of cells across."""
    rows: int = 80
    pixels: tuple[int, int] | None = None
    """Rows and columns for an image, if more than the number of cells."""
    how: How = How.MEAN
    part: ComplexPart = ComplexPart.REAL
    wants_range: bool = True
    """True to compute the colour range; False while it is locked."""


class Axis(NamedTuple):
    """Dimension, as far as it is on the screen."""

    name: str
    units: str
    kind: AxisKind
    size: int
    """Number of points along the whole axis."""
    low: float
    """Start of the whole axis, in its own units."""
    high: float
    note: str = ""
    """Why the coordinate is not used as it is; empty if it is."""


@dataclass(frozen=True)
class Curve:
    """Points reduced to the minimum, maximum and mean of each column."""

    axis: Axis
    window: Window
    """Range covered by the columns, in units of the axis."""
    least: Floats
    """Per column; NaN where there is no finite value."""
    greatest: Floats
    mean: Floats
    filled: Flags
    """Columns that contain points, finite or not."""
    missing: Flags
    """Columns that contain NaN or infinite points."""
    points: int
    """Number of points in the window, read so far."""
    not_finite: int
    names: tuple[tuple[float, str], ...] = ()
    """Labels of a text coordinate; not all, if there are many."""
    first_at: Floats | None = None
    """Coordinate of the first point of each column, where it was read; NaN without points."""

    @property
    def range(self) -> Window | None:
        """Finite extremes; None if there are none."""
        import numpy as np

        if not np.isfinite(self.least).any():
            return None
        return float(np.nanmin(self.least)), float(np.nanmax(self.greatest))


@dataclass(frozen=True)
class ReducedImage:
    """Image reduced to the cells on the screen."""

    x_axis: Axis
    y_axis: Axis
    x: Window
    """Columns of the data that are covered."""
    y: Window
    """Rows of the data that are covered."""
    values: Floats
    """(rows, columns); NaN where there is no finite value."""
    missing: int
    """Number of NaN or infinite pixels, of those read."""
    x_at: Floats
    """Coordinate at the middle of each column of `values`; empty for a plain index."""
    y_at: Floats
    range: Window | None
    """1st to 99th percentile of the whole image; None if not requested, or all NaN."""
    extremes: Window | None
    """Extremes of the pixels read."""
    is_upward: bool = False
    """True if the first row belongs at the bottom, as for a DataArray."""
    x_names: tuple[tuple[float, str], ...] = ()
    y_names: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Colours:
    """Colour image reduced to the cells on the screen."""

    pixels: Bytes
    """(rows, columns, 3)."""
    x: Window
    y: Window
    width_px: int
    height_px: int


@dataclass(frozen=True)
class TextContent:
    """Content shown as text: text, a number, a table, a list of names."""

    lines: tuple[str, ...]
    note: str = ""
    """Note on omitted content."""
    wraps: bool = True
    """True if lines may be wrapped; not so for a table."""


@dataclass(frozen=True)
class Figure:
    """A Plotly figure, as JSON text."""

    json_text: str


@dataclass(frozen=True)
class NotDrawable:
    """Data that cannot be drawn, or is missing, with the reason."""

    reason: str


Content = Curve | ReducedImage | Colours | TextContent | Figure | NotDrawable


@dataclass(frozen=True)
class About:
    """Description of the data, obtained without reading it."""

    kind: str
    """`scalar`, `curve`, `image`, `colours`, `text`, `table`, `plotly`, `nothing`."""
    words: str
    """Type and size in words: `float64 (1024, 1024)`."""
    units: str = ""
    name: str = ""
    """Name of the values, where stored with the data."""
    shape: tuple[int, ...] = ()
    dims: tuple[str, ...] = ()
    axes: tuple[int, ...] = ()
    """Dimensions that are drawn."""
    at: tuple[int, ...] = ()
    """Position along each dimension; meaningless for those that are drawn."""
    cut: tuple[str, ...] = ()
    """The same in words, for dimensions that are cut: `frame = 3 of 100`."""
    layouts: tuple[tuple[int, ...], ...] = ()
    """Combinations of dimensions that can be drawn."""
    members: tuple[tuple[str, str], ...] = ()
    """Variables of a Dataset, with type and size."""
    member: str = ""
    is_preview: bool = False
    has_preview: bool = False
    has_data: bool = False
    is_complex: bool = False
    is_time: bool = False
    """True if values are Unix seconds UTC."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ViewData:
    """View of a variable, complete or partial."""

    about: About
    content: Content
    read: float = 1.0
    """Fraction of the data read, 0 to 1; less than 1 is a coarse view or still to come."""
    view: ViewRequest = field(default_factory=ViewRequest)
