"""The colour legend of a plot. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..charts.ticks import format_value
from ..sanitize import clip, visible
from .data import Points
from .state import Form, Window


class LegendPart(NamedTuple):
    """A piece of the legend in one style."""

    text: str
    role: str
    gap: str = " "
    """What separates it from the next part."""


SHADES = 12
"""Number of colours for a third variable."""
COLOURS = 6
SCALE = tuple(LegendPart("█", f"shade{n}", gap="") for n in range(SHADES))
"""All shades, from low to high."""


def legend_of(points: Points, form: Form) -> tuple[LegendPart, ...]:
    """Return the legend of the colours."""
    groups = points.groups
    if form is Form.POINTS and groups and groups[0].colour is not None:
        return _legend_of_colours(points)
    if len(groups) == 1 and points.y_label:
        return ()
    labels = [visible(clip(group.label, 30)) for group in groups]
    if len(groups) <= COLOURS:
        return tuple(
            LegendPart(f"● {label}", series_role(n, COLOURS)) for n, label in enumerate(labels)
        )
    return (
        LegendPart(labels[0], "label"),
        *SCALE,
        LegendPart(f" {labels[-1]}", "label"),
        LegendPart(f"({len(groups)})", "label"),
    )


def series_role(number: int, total: int) -> str:
    """Return the role of a group: a colour of its own, or a shade if there are more than six."""
    if total <= COLOURS:
        return f"series{number}"
    return f"shade{number * (SHADES - 1) // (total - 1)}"


def _legend_of_colours(points: Points) -> tuple[LegendPart, ...]:
    label = LegendPart(f"{visible(points.colour_label)}:", "label")
    if points.categories:
        named = [*points.categories[:COLOURS]]
        if len(points.categories) > COLOURS:
            named[-1] = f"{len(points.categories) - COLOURS + 1} others"
        labels = (f"● {visible(clip(name, 20))}" for name in named)
        return (label, *(LegendPart(text, f"series{n}") for n, text in enumerate(labels)))
    low, high = (format_value(v, points.colour_kind) for v in extremes(points))
    return (label, LegendPart(low, "label"), *SCALE, LegendPart(f" {high}", "label"))


def extremes(points: Points) -> Window:
    """Return the minimum and maximum of the third variable."""
    found = np.concatenate([g.colour for g in points.groups if g.colour is not None])
    return (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)


def shade_roles() -> list[str]:
    """Return the roles of a third variable, from low to high."""
    return [f"shade{n}" for n in range(SHADES)]
