"""What somebody wants to look at, and what is shown of it: arrays reduced to a screen's size."""

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
"""From, to; along an axis."""


class AxisKind(StrEnum):
    """What positions along an axis are."""

    INDEX = "index"
    """Nothing but counted, from 0."""
    NUMBER = "number"
    TIME = "time"
    """Unix seconds UTC."""
    TEXT = "text"
    """Names: shown by index, told in words."""


class How(StrEnum):
    """What stands for the pixels that share a place on the screen."""

    MEAN = "mean"
    MAX = "max"
    MIN = "min"


class ComplexPart(StrEnum):
    """What of a complex number is drawn."""

    REAL = "real part"
    IMAGINARY = "imaginary part"
    MAGNITUDE = "magnitude"
    PHASE = "phase"


@dataclass(frozen=True)
class ViewRequest:
    """Which part of which data, and how finely."""

    preview: bool | None = None
    """The preview instead of the data; None: if there is one."""
    member: str = ""
    """Which variable of a Dataset; empty: its first."""
    axes: tuple[int, ...] = ()
    """The one or two dimensions to draw, down then across; empty: what suits the data."""
    at: tuple[int, ...] = ()
    """Where to cut the other dimensions; missing ones in the middle."""
    x: Window | None = None
    """From, to: of a curve in its coordinate, of an image in columns; None: all."""
    y: Window | None = None
    """Of an image in rows; None: all."""
    columns: int = 200
    """How many places there are side by side."""
    rows: int = 80
    pixels: tuple[int, int] | None = None
    """Rows and columns for an image, where it has more of them than there are places."""
    how: How = How.MEAN
    part: ComplexPart = ComplexPart.REAL
    wants_range: bool = True
    """Whether the colour range is to be found; not while it is held."""


class Axis(NamedTuple):
    """A dimension, as far as it is on the screen."""

    name: str
    units: str
    kind: AxisKind
    size: int
    """Points along all of it."""
    low: float
    """Of the whole axis, in its own units."""
    high: float
    note: str = ""
    """Why the coordinate is not used as it is; empty if it is."""


@dataclass(frozen=True)
class Curve:
    """Points reduced to the least, greatest and mean value of each column."""

    axis: Axis
    window: Window
    """What the columns cover, in units of the axis."""
    least: Floats
    """Per column; NaN where there is no finite value."""
    greatest: Floats
    mean: Floats
    filled: Flags
    """Columns that hold points, finite or not."""
    missing: Flags
    """Columns that hold points which are NaN or infinite."""
    points: int
    """In the window, looked at so far."""
    not_finite: int
    names: tuple[tuple[float, str], ...] = ()
    """Where a text coordinate says what; not all, if there are many."""
    first_at: Floats | None = None
    """The coordinate of the first point of each column, where it was read; NaN without points."""

    @property
    def range(self) -> Window | None:
        """The finite extremes; None if there are none."""
        import numpy as np

        if not np.isfinite(self.least).any():
            return None
        return float(np.nanmin(self.least)), float(np.nanmax(self.greatest))


@dataclass(frozen=True)
class ReducedImage:
    """An image reduced to the places on the screen."""

    x_axis: Axis
    y_axis: Axis
    x: Window
    """Columns of the data that are covered."""
    y: Window
    """Rows of the data."""
    values: Floats
    """(rows, columns); NaN where there is no finite value."""
    missing: int
    """Pixels that are NaN or infinite, of those looked at."""
    x_at: Floats
    """The coordinate at the middle of each column of `values`; empty for a plain index."""
    y_at: Floats
    range: Window | None
    """From the 1st to the 99th percentile of the whole image; None if not asked for, or all NaN."""
    extremes: Window | None
    """Of what was looked at."""
    is_upward: bool = False
    """Whether the first row belongs at the bottom, as for a DataArray."""
    x_names: tuple[tuple[float, str], ...] = ()
    y_names: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Colours:
    """A colour image reduced to the places on the screen."""

    pixels: Bytes
    """(rows, columns, 3)."""
    x: Window
    y: Window
    width_px: int
    height_px: int


@dataclass(frozen=True)
class TextContent:
    """Something to be read: text, a number, a table, a list of names."""

    lines: tuple[str, ...]
    note: str = ""
    """What was left out."""
    wraps: bool = True
    """Whether lines may be broken; a table's may not."""


@dataclass(frozen=True)
class Figure:
    """A Plotly figure, as JSON text."""

    json_text: str


@dataclass(frozen=True)
class NotDrawable:
    """Data that cannot be drawn, or that there is none of, and why."""

    reason: str


Content = Curve | ReducedImage | Colours | TextContent | Figure | NotDrawable


@dataclass(frozen=True)
class About:
    """What the data is, told without reading it."""

    kind: str
    """`scalar`, `curve`, `image`, `colours`, `text`, `table`, `plotly`, `nothing`."""
    words: str
    """Type and size in words: `float64 (1024, 1024)`."""
    units: str = ""
    name: str = ""
    """What the values are called, where the data says so."""
    shape: tuple[int, ...] = ()
    dims: tuple[str, ...] = ()
    axes: tuple[int, ...] = ()
    """Those that are drawn."""
    at: tuple[int, ...] = ()
    """Where each dimension is cut; meaningless for those that are drawn."""
    cut: tuple[str, ...] = ()
    """The same in words, for those that are cut: `frame = 3 of 100`."""
    layouts: tuple[tuple[int, ...], ...] = ()
    """Which dimensions can be drawn."""
    members: tuple[tuple[str, str], ...] = ()
    """The variables of a Dataset, with type and size."""
    member: str = ""
    is_preview: bool = False
    has_preview: bool = False
    has_data: bool = False
    is_complex: bool = False
    is_time: bool = False
    """Whether values are Unix seconds UTC."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ViewData:
    """An answer, whole or so far."""

    about: About
    content: Content
    read: float = 1.0
    """How much of the data was looked at, 0 to 1; less is a first impression or still to come."""
    view: ViewRequest = field(default_factory=ViewRequest)
