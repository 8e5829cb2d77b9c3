"""Plot export: points as CSV, and pictures drawn by Matplotlib in a separate process."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from damnit_daemon.errors import DamnitError
from damnit_daemon.model.sanitize import no_formula
from damnit_daemon.model.view import AxisKind
from damnit_daemon.render_process import draw_picture

from .data import Points
from .fit import FitResult
from .render import Drawn
from .state import Form, PlotState

ENDINGS = (".png", ".csv", ".txt")
FIT_POINTS = 500
"""Points of a fit in a picture."""


def as_csv(points: Points, state: PlotState) -> str:
    """Return all points, one per line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    is_histogram = state.form is Form.HISTOGRAM
    over_runs = any(group.runs is not None for group in points.groups)
    coloured = bool(points.colour_label)
    writer.writerow(
        no_formula(title)
        for title in (
            ["series", *(["proposal", "run"] if over_runs else []), points.x_label]
            + ([] if is_histogram else [points.y_label or "value"])
            + ([points.colour_label] if coloured else [])
        )
    )
    for group in points.groups:
        for place in range(len(group.x)):
            line: list[Any] = [group.label]
            if group.runs is not None:
                line += points.keys[int(group.runs[place])]
            line.append(_written(group.x[place], points.x_kind))
            if not is_histogram:
                line.append(_written(group.y[place], points.y_kind))
            if group.colour is not None:
                value = group.colour[place]
                named = points.categories[int(value)] if points.categories else None
                line.append(named or _written(value, points.colour_kind))
            writer.writerow(map(no_formula, line))
    return out.getvalue()


def save_plot(
    points: Points, state: PlotState, drawn: Drawn, fit: FitResult | None, text: str, path: Path
) -> None:
    """Write a plot in the format of the file's suffix.

    Args:
        points: The points.
        state: The plot state.
        drawn: The drawing, for the visible range and the number of bins.
        fit: The fit, which is drawn; None without.
        text: The plot as text.
        path: The file.

    Raises:
        DamnitError: If it cannot be drawn or written.
    """
    try:
        if path.suffix.lower() == ".png":
            save_picture(points, state, drawn, fit, path)
        else:
            is_csv = path.suffix.lower() == ".csv"
            path.write_text(as_csv(points, state) if is_csv else f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise DamnitError(f"Cannot write {path}: {error.strerror}.") from error


def save_picture(
    points: Points, state: PlotState, drawn: Drawn, fit: FitResult | None, path: Path
) -> None:
    """Draw the plot, and a fit over it, with Matplotlib.

    Raises:
        DamnitError: If drawing fails, or the file cannot be written.
    """
    with TemporaryDirectory(prefix="plot-") as scratch:
        arrays: dict[str, Any] = {}
        for number, group in enumerate(points.groups):
            arrays |= {f"x{number}": group.x, f"y{number}": group.y}
            if group.colour is not None:
                arrays[f"c{number}"] = group.colour
        if fit is not None:
            at = np.linspace(*drawn.shown[0], FIT_POINTS)
            at = 10.0**at if state.log_x else at
            arrays |= {"fit_x": at, "fit_y": fit.curve(at)}
        np.savez(Path(scratch) / "points.npz", **arrays)
        job = {
            "points": str(Path(scratch) / "points.npz"),
            "labels": [group.label for group in points.groups],
            "x_label": points.x_label,
            "y_label": points.y_label,
            "x_time": points.x_kind is AxisKind.TIME,
            "y_time": points.y_kind is AxisKind.TIME,
            "colour_label": points.colour_label,
            "categories": points.categories,
            "form": state.form.value,
            "log_x": state.log_x,
            "log_y": state.log_y,
            "bins": drawn.bins,
            "fit_label": "" if fit is None else f"{fit.model.value} fit",
            "window": state.window,
            "span": state.span,
            "path": str(path.absolute()),
        }
        draw_picture(job)


def _written(value: float, kind: AxisKind) -> Any:
    if kind is AxisKind.TIME:
        try:
            return datetime.fromtimestamp(float(value), UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            return repr(float(value))
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < 1e15 else repr(number)
