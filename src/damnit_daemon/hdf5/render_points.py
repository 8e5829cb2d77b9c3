"""Draw the points of a plot with Matplotlib; only for the process of `render_png`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np


def draw_points(figure: Any, axes: Any, job: Mapping[str, Any]) -> None:
    """Draw the arrays of the file `points`, with the labels and ranges of the job."""
    with np.load(job["points"], allow_pickle=False) as arrays:
        for number, label in enumerate(job["labels"]):
            x, y = arrays[f"x{number}"], arrays[f"y{number}"]
            colour = arrays.get(f"c{number}")
            _draw_group(figure, axes, job, literal(label), x, y, colour)
        if job["fit_label"]:
            x, y = _times(arrays["fit_x"], job["x_time"]), arrays["fit_y"]
            axes.plot(x, _times(y, job["y_time"]), "k", linewidth=1.2, label=job["fit_label"])
    if job["log_x"]:
        axes.set_xscale("log")
    if job["log_y"]:
        axes.set_yscale("log")
    _limit(axes.set_xlim, job["window"], is_log=job["log_x"], is_time=job["x_time"])
    if job["form"] != "histogram":
        _limit(axes.set_ylim, job["span"], is_log=job["log_y"], is_time=job["y_time"])
    axes.set_xlabel(literal(job["x_label"]))
    axes.set_ylabel(literal(job["y_label"]))
    axes.grid(alpha=0.3)
    if len(job["labels"]) > 1 or not job["y_label"] or job["fit_label"]:
        axes.legend(fontsize="small")


def _draw_group(
    figure: Any, axes: Any, job: Mapping[str, Any], label: str, x: Any, y: Any, colour: Any
) -> None:
    if job["form"] == "histogram":
        values = x[x > 0] if job["log_x"] else x
        bins: Any = job["bins"]
        window = job["window"]
        if job["log_x"] and len(values):
            low, high = window or np.log10([values.min(), values.max()]).tolist()
            bins, window = np.logspace(low, high, job["bins"] + 1), None
        axes.hist(_times(values, job["x_time"]), bins, window, alpha=0.6, label=label)
        return
    x, y = _times(x, job["x_time"]), _times(y, job["y_time"])
    if job["form"] == "line":
        order = np.argsort(x, kind="stable")
        axes.plot(x[order], y[order], linewidth=0.9, label=label)
    elif colour is None:
        axes.scatter(x, y, s=14, alpha=0.7, label=label)
    elif job["categories"]:
        for number, name in enumerate(job["categories"]):
            axes.scatter(x[colour == number], y[colour == number], s=14, label=literal(name))
        axes.legend(fontsize="small", title=literal(job["colour_label"]))
    else:
        shown = axes.scatter(x, y, c=colour, s=14, label=label)
        figure.colorbar(shown, ax=axes, label=literal(job["colour_label"]))


def _limit(set_limits: Any, window: Any, *, is_log: bool, is_time: bool) -> None:
    if window is None:
        return
    low, high = (10.0**v for v in window) if is_log else window
    if is_time:
        low, high = (datetime.fromtimestamp(v, UTC) for v in (low, high))
    set_limits(low, high)


def _times(values: Any, is_time: bool) -> Any:
    if not is_time:
        return values
    return (values * 1e6).astype("datetime64[us]")


def literal(text: str) -> str:
    """Escape dollar signs, which would begin mathematics."""
    return str(text).replace("$", r"\$")
