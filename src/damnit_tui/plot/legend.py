"""What the colours of a plot stand for. Pure."""

from __future__ import annotations

import numpy as np

from ..inspect.ticks import format_value
from ..visible import clip, visible
from .points import Points
from .state import Window

SHADES = 12
"""Colours for a third number."""
COLOURS = 6


def legend_of(points: Points) -> tuple[tuple[str, str], ...]:
    """What the colours stand for."""
    groups = points.groups
    if groups and groups[0].colour is not None:
        return _legend_of_colours(points)
    if len(groups) == 1 and points.y_label:
        return ()
    return tuple(
        (f"● {visible(clip(group.label, 30))}", f"series{number % COLOURS}")
        for number, group in enumerate(groups)
    )


def _legend_of_colours(points: Points) -> tuple[tuple[str, str], ...]:
    label = (f"{visible(points.colour_label)}:", "label")
    if points.categories:
        named = [*points.categories[:COLOURS]]
        if len(points.categories) > COLOURS:
            named[-1] = f"{len(points.categories) - COLOURS + 1} others"
        return (label, *((f"● {visible(clip(n, 20))}", f"series{i}") for i, n in enumerate(named)))
    low, high = (format_value(v, points.colour_kind) for v in extremes(points))
    bar = tuple(("█", f"shade{n}") for n in range(SHADES))
    return (label, (low, "label"), *bar, (f" {high}", "label"))


def extremes(points: Points) -> Window:
    """The least and the greatest of the third number."""
    found = np.concatenate([g.colour for g in points.groups if g.colour is not None])
    return (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)


def shade_roles() -> list[str]:
    """Roles of a third number, from low to high."""
    return [f"shade{n}" for n in range(SHADES)]
