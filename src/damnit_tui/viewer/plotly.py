"""Plotly figures, redrawn from their JSON: lines, points, bars, histograms and heat maps."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from damnit_daemon.errors import DamnitError
from damnit_daemon.model.view import Axis, AxisKind, ReducedImage

from ..charts.frame import Window
from ..charts.line_chart import Axes, Dots, Series, reduce_line
from ..charts.scale import natural_range
from ..sanitize import visible

DRAWN = ("scatter", "scattergl", "bar", "histogram", "heatmap", "heatmapgl")
SERIES = 6
"""Trace colours; used cyclically."""
MOST_POINTS = 2_000_000
HISTOGRAM_BINS = 40
FURTHEST = 1e300


class FigureUnreadable(DamnitError):  # noqa: N818 – the name says what is wrong
    """The JSON of a figure is not valid."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Cannot redraw this Plotly figure: {reason}.")


@dataclass(frozen=True)
class Trace:
    """The content of a trace."""

    kind: str
    name: str
    x: Any
    y: Any
    """For a heat map, its values: (rows, columns)."""
    y_places: Any = None
    """Positions of the rows of a heat map."""
    has_lines: bool = True
    names: tuple[str, ...] = ()
    """Names of categories along x."""
    is_time: bool = False


@dataclass(frozen=True)
class Redrawn:
    """A figure, as far as it can be drawn in characters."""

    title: str = ""
    x_label: str = ""
    y_label: str = ""
    is_log: bool = False
    traces: tuple[Trace, ...] = ()
    left_out: tuple[str, ...] = ()
    """Kinds of traces that cannot be drawn."""
    picture: ReducedImage | None = None
    """The first heat map, drawn in place of a chart."""
    x: Window = field(default=(0.0, 1.0))
    y: Window = field(default=(0.0, 1.0))

    @property
    def words(self) -> str:
        """Describe the content in one line."""
        parts = [f"{len(self.traces)} of {len(self.traces) + len(self.left_out)} traces drawn"]
        if self.left_out:
            parts.append(
                f"unsupported: {', '.join(sorted(set(self.left_out)))} (S saves it as HTML)"
            )
        return visible(", ".join(parts))


def parse_figure(text: str) -> Redrawn:
    """Parse a figure.

    Raises:
        FigureUnreadable: If it is not a valid figure.
    """
    try:
        figure = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FigureUnreadable(f"invalid JSON ({error})") from error
    if not isinstance(figure, dict) or not isinstance(figure.get("data"), list):
        raise FigureUnreadable("no list of traces")
    found_layout = figure.get("layout")
    layout = found_layout if isinstance(found_layout, dict) else {}
    traces, left_out = [], []
    for found in figure["data"]:
        kind = str(found.get("type") or "scatter") if isinstance(found, dict) else "nothing"
        if kind == "nothing" or found.get("visible", True) is False:
            continue
        try:
            trace = _trace(kind, found) if kind in DRAWN else None
        except (ValueError, TypeError, binascii.Error, OverflowError):
            trace = None
        if trace is None:
            left_out.append(visible(kind))
        else:
            traces.append(trace)
    redrawn = Redrawn(
        _title(layout), _title(layout.get("xaxis")), _title(layout.get("yaxis")),
        _is_log(layout.get("yaxis")), tuple(traces), tuple(left_out),
    )  # fmt: skip
    return _with_windows(redrawn)


def draw_series(
    redrawn: Redrawn, columns: int, window: Window | None = None
) -> tuple[list[Series | Dots], Axes]:
    """Return the series and axes of a chart of this size.

    Args:
        redrawn: The figure.
        columns: Width in dots.
        window: From, to; None for all of it.
    """
    x = window or redrawn.x
    series: list[Series | Dots] = []
    for number, trace in enumerate(redrawn.traces):
        role = f"series{number % SERIES}"
        if trace.kind == "bar":
            series.append(_bars(trace, x, columns, role))
        elif trace.has_lines and (np.diff(trace.x) >= 0).all():
            series.append(reduce_line(trace.x, trace.y, x, columns, role))
        else:
            series.append(Dots(trace.x, trace.y, role))
    first = redrawn.traces[0] if redrawn.traces else None
    kind = AxisKind.TIME if first is not None and first.is_time else AxisKind.NUMBER
    names = tuple((float(i), n) for i, n in enumerate(first.names)) if first is not None else ()
    axes = Axes(x, redrawn.y, kind, redrawn.x_label, redrawn.y_label or redrawn.title)
    return series, replace(axes, is_log=redrawn.is_log, names=names)


def _trace(kind: str, found: Mapping[str, Any]) -> Trace | None:
    name = visible(str(found.get("name") or ""))
    if kind.startswith("heatmap"):
        values = _grid(found.get("z"))
        x, y = (_places(found.get(axis)) for axis in ("x", "y"))
        return Trace("heatmap", name, x, values, y_places=y)
    if kind == "histogram":
        values = _numbers(found.get("x") if found.get("x") is not None else found.get("y"))[0]
        values = values[np.isfinite(values)]
        if not values.size:
            return None
        bins = found.get("nbinsx")
        counts, edges = np.histogram(values, bins if isinstance(bins, int) else HISTOGRAM_BINS)
        return Trace("bar", name, (edges[:-1] + edges[1:]) / 2, counts.astype(float))
    y, _, _ = _numbers(found.get("y"))
    x, names, is_time = (
        (np.arange(len(y), dtype=float), (), False)
        if found.get("x") is None
        else _numbers(found["x"])
    )
    count = min(len(x), len(y), MOST_POINTS)
    mode = str(found.get("mode") or ("lines" if count > 20 else "lines+markers"))
    sort = "bar" if kind == "bar" else "scatter"
    return Trace(
        sort, name, x[:count], y[:count],
        has_lines="lines" in mode, names=names, is_time=is_time,
    )  # fmt: skip


def _numbers(found: Any) -> tuple[Any, tuple[str, ...], bool]:
    """Return numbers, the names of categories, and whether the numbers are times."""
    if isinstance(found, Mapping):
        return _near(_packed(found).ravel().astype(float)), (), False
    if not isinstance(found, list):
        raise ValueError("no list of numbers")
    if any(isinstance(one, str) for one in found):
        return _texts(found)
    numbers = np.array([np.nan if one is None else one for one in found], dtype=float)
    return _near(numbers.ravel()), (), False


def _near(numbers: Any) -> Any:
    """Mask numbers so large that the extent of an axis would overflow."""
    numbers[np.abs(numbers) > FURTHEST] = np.nan
    return numbers


def _texts(found: list[Any]) -> tuple[Any, tuple[str, ...], bool]:
    try:
        times = np.array([str(one).removesuffix("Z") for one in found], "datetime64[us]")
    except ValueError:
        names = list(dict.fromkeys(visible(str(one)) for one in found))
        places = {name: float(index) for index, name in enumerate(names)}
        return np.array([places[visible(str(one))] for one in found]), tuple(names), False
    return times.astype("int64") / 1e6, (), True


def _packed(found: Mapping[str, Any]) -> Any:
    """Decode an array, which Plotly writes as base64 with its type and shape."""
    dtype = np.dtype(str(found["dtype"]) if "dtype" in found else "nothing")
    if dtype.kind not in "iuf":
        raise ValueError("not numbers")
    values = np.frombuffer(base64.b64decode(str(found.get("bdata", ""))), dtype)
    shape = found.get("shape")
    if shape is None:
        return values
    sizes = str(shape).split(",") if isinstance(shape, str | int) else shape
    return values.reshape([int(n) for n in sizes])


def _grid(found: Any) -> Any:
    if isinstance(found, Mapping):
        values = _packed(found).astype(float)
    else:
        rows = [[np.nan if v is None else v for v in row] for row in found or []]
        values = np.array(rows, dtype=float)
    if values.ndim != 2 or not values.size:
        raise ValueError("no heat map")
    return values


def _places(found: Any) -> Any:
    if found is None:
        return np.empty(0)
    numbers, names, is_time = _numbers(found)
    return np.empty(0) if names or is_time else numbers


def _with_windows(redrawn: Redrawn) -> Redrawn:
    heat = next((t for t in redrawn.traces if t.kind == "heatmap"), None)
    if heat is not None:
        others = tuple(t.kind for t in redrawn.traces if t is not heat)
        picture = _picture(heat, redrawn)
        return replace(
            redrawn, traces=(heat,), left_out=(*redrawn.left_out, *others), picture=picture
        )
    x = natural_range([_extent(t.x, wide=t.kind == "bar") for t in redrawn.traces])
    lows = [_extent(t.y) for t in redrawn.traces]
    if any(t.kind == "bar" for t in redrawn.traces) and not redrawn.is_log:
        lows.append((0.0, 0.0))
    y = natural_range(lows, is_log=redrawn.is_log, margin=0.03)
    return replace(redrawn, x=x, y=y)


def _extent(values: Any, *, wide: bool = False) -> Window | None:
    good = values[np.isfinite(values)]
    if not good.size:
        return None
    half = _bar_width(values) / 2 if wide else 0.0
    return float(good.min()) - half, float(good.max()) + half


def _bar_width(places: Any) -> float:
    steps = np.diff(np.unique(places[np.isfinite(places)]))
    return float(steps.min()) if steps.size else 1.0


def _picture(heat: Trace, redrawn: Redrawn) -> ReducedImage:
    rows, columns = heat.y.shape
    good = heat.y[np.isfinite(heat.y)]
    extremes = (float(good.min()), float(good.max())) if good.size else None
    x_at = heat.x if len(heat.x) == columns else np.empty(0)
    y_at = heat.y_places if len(heat.y_places) == rows else np.empty(0)
    kinds = [AxisKind.NUMBER if len(at) else AxisKind.INDEX for at in (x_at, y_at)]
    x_axis = Axis(redrawn.x_label, "", kinds[0], columns, 0, columns - 1)
    y_axis = Axis(redrawn.y_label, "", kinds[1], rows, 0, rows - 1)
    return ReducedImage(
        x_axis, y_axis, (0.0, float(columns)), (0.0, float(rows)), heat.y,
        int(heat.y.size - good.size), x_at, y_at, extremes, extremes, is_upward=True,
    )  # fmt: skip


def _bars(trace: Trace, window: Window, columns: int, role: str) -> Series:
    least, greatest = np.full(columns, np.nan), np.full(columns, np.nan)
    half = _bar_width(trace.x) * 0.45
    share = columns / (window[1] - window[0])
    for place, value in zip(trace.x.tolist(), trace.y.tolist(), strict=True):
        if not np.isfinite(value):
            continue
        first = int(np.floor((place - half - window[0]) * share))
        last = max(first + 1, int(np.ceil((place + half - window[0]) * share)) - 1)
        where = slice(max(0, first), max(0, min(columns, last)))
        least[where] = np.fmin(least[where], min(0.0, value))
        greatest[where] = np.fmax(greatest[where], max(0.0, value))
    return Series(
        least, greatest, greatest, np.isfinite(least), np.zeros(columns, bool), role, is_line=False
    )


def _title(found: Any) -> str:
    title = found.get("title") if isinstance(found, Mapping) else None
    text = title.get("text") if isinstance(title, Mapping) else title
    return visible(text) if isinstance(text, str) else ""


def _is_log(axis: Any) -> bool:
    return isinstance(axis, Mapping) and axis.get("type") == "log"
