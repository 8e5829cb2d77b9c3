"""Process that draws one picture with Matplotlib and exits; the job is JSON on stdin.

It is the view of a variable in a results file, or the points of a plot (`render_points`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import DamnitError, ExtraMissing
from ..model import RunKey
from ..model.view import (
    AxisKind,
    Colours,
    ComplexPart,
    Curve,
    How,
    ReducedImage,
    ViewData,
    ViewRequest,
)
from ..paths import DamnitFolder
from .locate import load_view_in_folder
from .render_points import draw_points, literal

COLUMNS, ROWS = 1600, 1200
DPI = 150
FEW_POINTS = 60
"""Up to this many points get a marker each."""


def main() -> None:
    """Draw the picture of the job."""
    job = json.load(sys.stdin)
    try:
        draw(job)
    except DamnitError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


def draw(job: Mapping[str, Any]) -> None:
    """Write the picture.

    Raises:
        DamnitError: If there is nothing to draw, or the file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ExtraMissing("To save pictures, Matplotlib", "plot") from error
    looked = None if "points" in job else _look(job)
    figure = Figure(figsize=(8, 6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    if looked is None:
        draw_points(figure, axes, job)
    else:
        _draw_view(figure, axes, looked, job)
    try:
        figure.savefig(job["path"], dpi=DPI, format="png")
    except OSError as error:
        raise DamnitError(f"{job['path']} cannot be written: {error.strerror}.") from error


def _look(job: Mapping[str, Any]) -> ViewData:
    """Read the view of the job."""
    found = dict(job["view"])
    for name in ("axes", "at", "x", "y"):
        found[name] = tuple(found[name]) if found[name] is not None else None
    view = ViewRequest(**found)
    view = replace(
        view,
        columns=COLUMNS,
        rows=ROWS,
        how=How(view.how),
        part=ComplexPart(view.part),
        wants_range=True,
    )
    folder, key = DamnitFolder(Path(job["folder"])), RunKey(*job["key"])
    *_, looked = load_view_in_folder(folder, key, job["name"], view)
    return looked


def _draw_view(figure: Any, axes: Any, looked: ViewData, job: Mapping[str, Any]) -> None:
    content = looked.content
    if isinstance(content, Curve):
        _draw_curve(axes, content, looked, job)
    elif isinstance(content, ReducedImage):
        _draw_image(figure, axes, content, looked, job)
    elif isinstance(content, Colours):
        axes.imshow(content.pixels)
        axes.set_axis_off()
    else:
        raise DamnitError("it contains nothing that can be drawn")
    axes.set_title(literal(job.get("title", "")), fontsize="medium")


def _draw_curve(axes: Any, curve: Curve, looked: ViewData, job: Mapping[str, Any]) -> None:
    import numpy as np

    low, high = curve.window
    width = (high - low) / len(curve.mean)
    x = low + width * (np.arange(len(curve.mean)) + 0.5)
    if curve.axis.kind in (AxisKind.INDEX, AxisKind.TEXT):
        x = np.minimum(np.ceil(x - width / 2 - 1e-9), curve.axis.size - 1)
    keep = curve.filled
    if curve.axis.kind is AxisKind.TIME:
        x = np.array([datetime.fromtimestamp(v, UTC) for v in x])
    # From the minimum to the maximum of each column, so that no spike is lost.
    ends = np.stack([curve.least[keep], curve.greatest[keep]], axis=1)
    points = keep.sum() < FEW_POINTS
    axes.plot(np.repeat(x[keep], 2), ends.ravel(), linewidth=0.9, marker="." if points else "")
    if curve.axis.kind is AxisKind.TEXT:
        axes.set_xticks([at for at, _ in curve.names], [literal(name) for _, name in curve.names])
    axes.set_xlabel(_label(curve.axis.name or "index", curve.axis.units))
    axes.set_ylabel(_label(looked.about.name, looked.about.units or job.get("units", "")))
    if job.get("is_log"):
        axes.set_yscale("log")
    axes.grid(alpha=0.3)


def _draw_image(
    figure: Any, axes: Any, picture: ReducedImage, looked: ViewData, job: Mapping[str, Any]
) -> None:
    from matplotlib.colors import LogNorm, Normalize

    found = job.get("range") or picture.range or picture.extremes or (0.0, 1.0)
    low, high = found
    if job.get("is_log"):
        high = high if high > 0 else 1.0
        norm: Any = LogNorm(max(low, high * 1e-10) if low > 0 else high * 1e-4, high, clip=True)
    else:
        norm = Normalize(low, high)
    x = _extent(picture.x_at, picture.x)
    y = _extent(picture.y_at, picture.y)
    if not picture.is_upward:
        y = y[::-1]
    height, width = picture.values.shape
    is_even = max(height, width) <= 4 * min(height, width)
    shown = axes.imshow(
        picture.values, norm=norm, cmap=job.get("colour_map", "viridis"), extent=(*x, *y),
        origin="lower" if picture.is_upward else "upper", interpolation="nearest",
        aspect=abs((x[1] - x[0]) / (y[1] - y[0]) * height / width) if is_even else "auto",
    )  # fmt: skip
    figure.colorbar(shown, ax=axes, label=literal(looked.about.units or job.get("units", "")))
    axes.set_xlabel(_label(picture.x_axis.name, picture.x_axis.units))
    axes.set_ylabel(_label(picture.y_axis.name, picture.y_axis.units))


def _extent(at: Any, window: tuple[float, float]) -> tuple[float, float]:
    """Return the outer edges of an axis, given the coordinates of the centres."""
    if len(at) < 2 or not at[0] < at[-1]:
        return window[0] - 0.5, window[1] - 0.5
    half = (at[-1] - at[0]) / (len(at) - 1) / 2
    return float(at[0] - half), float(at[-1] + half)


def _label(name: str, units: str) -> str:
    return literal(f"{name} [{units}]" if units else name).strip()


if __name__ == "__main__":
    main()
