"""Positions and labels of axis ticks: round numbers, decades, times, names."""

from __future__ import annotations

import math
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from damnit_daemon.model.view import AxisKind

Window = tuple[float, float]

_TIME_STEPS_S = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
    86400, 172800, 604800, 2592000,
)  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = -62135596800, 253402300799
"""Unix seconds that Python's dates cover."""


class Tick(NamedTuple):
    """A labelled position."""

    value: float
    label: str


def ticks(window: Window, most: int, *, whole: bool = False) -> list[Tick]:
    """Return round numbers in a window, up to a maximum count.

    Args:
        window: From, to.
        most: Maximum number of ticks.
        whole: Only whole numbers.
    """
    low, high = window
    if not (math.isfinite(low) and math.isfinite(high)) or most < 1:
        return []
    if low == high:
        return [Tick(low, format_value(low, AxisKind.NUMBER))]
    step = _nice_step((high / max(1, most) - low / max(1, most)), whole=whole)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last - first > 1000:  # rounding: the window is too narrow for its numbers
        return [Tick(low, repr(low))]
    values = [k * step for k in range(first, last + 1)]
    return [Tick(v, format_number(v, step)) for v in values if math.isfinite(v)]


def log_ticks(window: Window, most: int) -> list[Tick]:
    """Return powers of ten in a window; with 2 and 5 between them if there are few."""
    low, high = window
    if not 0 < low < high:
        return []
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / max(1, most)))
    found = [Tick(10.0**k, format_number(10.0**k, 10.0**k)) for k in range(first, last + 1, step)]
    if len(found) >= 2:
        return found
    begin = math.floor(math.log10(low))
    candidates = [m * 10.0**k for k in range(begin, last + 2) for m in (1, 2, 5)]
    inside = [v for v in candidates if low <= v <= high]
    return [Tick(v, format_number(v, v)) for v in inside[: max(1, most)]]


def time_ticks(window: Window, most: int, zone: tzinfo | None) -> list[Tick]:
    """Return round times in a window of Unix seconds."""
    low, high = window
    extent = high - low
    if not _FIRST_YEAR < low < high < _LAST_YEAR:
        return ticks(window, most)
    step: float = next((s for s in _TIME_STEPS_S if extent / s <= most), 2592000 * 12)
    if extent < most:
        step = _nice_step(extent / most)
    offset = _local(low, zone).utcoffset()
    shift = offset.total_seconds() if offset is not None else 0
    first, last = math.ceil((low + shift) / step), math.floor((high + shift) / step)
    return [
        Tick(k * step - shift, _clock(k * step - shift, step, zone)) for k in range(first, last + 1)
    ]


def axis_ticks(
    kind: AxisKind, window: Window, most: int, zone: tzinfo | None = None, *, is_log: bool = False
) -> list[Tick]:
    """Return the ticks of any axis other than one of names."""
    if is_log:
        return log_ticks(window, most)
    if kind is AxisKind.TIME:
        return time_ticks(window, most, zone)
    return ticks(window, most, whole=kind in (AxisKind.INDEX, AxisKind.TEXT))


def format_number(value: float, step: float) -> str:
    """Format a number to the digits in which its neighbours, a step away, differ."""
    if value == 0 or abs(value) < abs(step) * 1e-6:
        return "0"
    size = abs(value)
    if 1e-3 <= size < 1e6 or (step >= 1 and size < 1e11 and size / step < 1e10):
        digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step else 6
        text = f"{value:.{min(digits, 9)}f}"
    else:
        digits = max(0, round(math.floor(math.log10(size)) - math.floor(math.log10(step or size))))
        text = f"{value:.{min(digits, 6)}e}"
        mantissa, _, exponent = text.partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return text


def format_value(value: float, kind: AxisKind, zone: tzinfo | None = None) -> str:
    """Format a position or value for the readout: enough digits to be unambiguous."""
    if kind is AxisKind.TIME and _FIRST_YEAR < value < _LAST_YEAR:
        return _local(value, zone).strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
    if not math.isfinite(value):
        return {math.inf: "inf", -math.inf: "-inf"}.get(value, "NaN")
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.7g}"


def _nice_step(step: float, *, whole: bool = False) -> float:
    if not step > 0 or not math.isfinite(step):
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    nice = next((m * power for m in (1, 2, 5, 10) if m * power >= step * (1 - 1e-9)), step)
    if not math.isfinite(nice):
        nice = power
    return max(1.0, nice) if whole else nice


def _clock(seconds: float, step: float, zone: tzinfo | None) -> str:
    when = _local(seconds, zone)
    if step >= 86400:
        return when.strftime("%d %b")
    if step >= 60:
        return when.strftime("%H:%M")
    if step >= 1:
        return when.strftime("%H:%M:%S")
    digits = min(6, -math.floor(math.log10(step) + 1e-9))
    return when.strftime("%S.%f")[: 3 + digits]


def _local(seconds: float, zone: tzinfo | None) -> datetime:
    when = datetime.fromtimestamp(seconds, UTC)
    return when.astimezone(zone)
