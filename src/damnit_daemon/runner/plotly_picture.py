"""Plotly figures drawn by Matplotlib, for thumbnails where kaleido is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SIZE_IN = (4.0, 3.0)
MOST_TRACES = 50


class NothingDrawn(ValueError):  # noqa: N818 - house style
    """The figure has no trace of a supported kind."""


def draw_figure(figure: Any) -> Any:
    """Draw the traces of a Plotly figure.

    Args:
        figure: Its `to_dict()` returns the traces as dictionaries, with arrays unchanged.

    Returns:
        A Matplotlib figure.

    Raises:
        NothingDrawn: If no trace can be drawn.
        ValueError, TypeError, KeyError: If a trace does not match its type.
    """
    from matplotlib.figure import Figure

    picture = Figure(figsize=SIZE_IN, layout="tight")
    axes = picture.add_subplot()
    drawn = 0
    for trace in list(figure.data)[:MOST_TRACES]:
        found = trace.to_plotly_json()
        draw = _DRAWERS.get(str(found.get("type", "scatter")))
        if draw is not None:
            draw(axes, found)
            drawn += 1
    if not drawn:
        raise NothingDrawn("none of its traces can be drawn by Matplotlib")
    for name in ("x", "y"):
        if getattr(figure.layout, f"{name}axis").type == "log":
            getattr(axes, f"set_{name}scale")("log")
    return picture


def _scatter(axes: Any, trace: dict[str, Any]) -> None:
    y = trace["y"]
    mode = trace.get("mode") or ("lines+markers" if len(y) < 20 else "lines")
    marker = "o" if "markers" in mode else ""
    line = "-" if "lines" in mode else ""
    axes.plot(_along(trace, y), y, f"{marker}{line}" or ",")


def _bar(axes: Any, trace: dict[str, Any]) -> None:
    if trace.get("orientation") == "h":
        axes.barh(trace["y"], trace["x"])
    else:
        axes.bar(_along(trace, trace["y"]), trace["y"])


def _histogram(axes: Any, trace: dict[str, Any]) -> None:
    axes.hist(trace["x"] if trace.get("x") is not None else trace["y"], bins=50)


def _heatmap(axes: Any, trace: dict[str, Any]) -> None:
    import numpy as np

    axes.imshow(np.asarray(trace["z"], dtype=float), origin="lower", aspect="auto")


def _image(axes: Any, trace: dict[str, Any]) -> None:
    import numpy as np

    axes.imshow(np.asarray(trace["z"], dtype=np.uint8))


def _along(trace: dict[str, Any], y: Any) -> Any:
    return trace["x"] if trace.get("x") is not None else range(len(y))


_DRAWERS: dict[str, Callable[[Any, dict[str, Any]], None]] = {
    "scatter": _scatter,
    "scattergl": _scatter,
    "bar": _bar,
    "histogram": _histogram,
    "heatmap": _heatmap,
    "contour": _heatmap,
    "image": _image,
}
