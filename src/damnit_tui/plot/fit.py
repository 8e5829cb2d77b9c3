"""Fit a line, a gaussian or an edge to points. Pure; SciPy is imported for all but the line."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import numpy as np

from damnit_daemon.errors import DamnitError, ExtraMissing

from .state import Analysis

MOST_FITTED = 20_000
"""Points; of more, every n-th along X is fitted."""
MOST_CALLS = 400
"""Evaluations of the function for each start."""
SIGMAS = 2 * math.sqrt(2 * math.log(2))
"""FWHM of a gaussian in units of its standard deviation."""


class CannotFit(DamnitError):  # noqa: N818 – house style
    """There is no fit of these points, with the reason."""


class Quantity(Enum):
    """The dimension of a number, for its units and format."""

    X = "a position"
    WIDTH = "a difference of positions"
    Y = "a value"
    HEIGHT = "a difference of values"
    SLOPE = "values per position"


class FitParameter(NamedTuple):
    """A fitted parameter."""

    name: str
    value: float
    error: float
    """One standard deviation."""
    quantity: Quantity


@dataclass(frozen=True)
class FitResult:
    """A fitted function.

    Attributes:
        model: Name of the function.
        parameters: Its parameters, in the units of the points.
        r_squared: Coefficient of determination; NaN if all values are equal.
        chi_squared: χ² per degree of freedom; None if the errors of the points are unknown.
        step: Every n-th point was fitted.
        curve: The function of positions, as float64.
    """

    model: Analysis
    parameters: tuple[FitParameter, ...]
    r_squared: float
    chi_squared: float | None
    step: int
    curve: Callable[[Any], Any]


class _Scale(NamedTuple):
    """Units in which the points have the middle 0 and the extent 1, which a fit needs."""

    x: float
    width: float
    y: float
    height: float


def fit_points(model: Analysis, x: Any, y: Any, sigma: Any | None = None) -> FitResult:
    """Fit a function to points by least squares.

    Args:
        model: The function.
        x: Finite positions, in any order.
        y: Finite values.
        sigma: Standard deviations of the values; None if they are unknown and alike.

    Raises:
        CannotFit: If the points do not determine the function.
        ExtraMissing: If SciPy is needed and not installed.
    """
    count = 3 if model is Analysis.LINEAR else 5
    if len(x) < count:
        raise CannotFit(f"This fit needs at least {count} points.")
    order = np.argsort(x, kind="stable")
    step = math.ceil(len(x) / MOST_FITTED)
    x, y = x[order][::step], y[order][::step]
    sigma = None if sigma is None else sigma[order][::step]
    scale = _scale_of(x, y)
    if not scale.width:
        raise CannotFit("All points have the same X.")
    if not scale.height and model is not Analysis.LINEAR:
        raise CannotFit("All values are equal.")
    u, v = (x - scale.x) / scale.width, (y - scale.y) / (scale.height or 1.0)
    weights = None if sigma is None else sigma / (scale.height or 1.0)
    fit = _fit_line if model is Analysis.LINEAR else _fit_curve
    function, found, covariance = fit(model, u, v, weights)
    errors = np.sqrt(np.diag(covariance))
    parameters = _PARAMETERS[model](found, errors, scale)
    if not all(math.isfinite(p.value) and math.isfinite(p.error) for p in parameters):
        raise CannotFit(f"The points do not determine a {model.value} fit.")
    residuals = v - function(u, *found)
    total = float(((v - v.mean()) ** 2).sum())
    chi_squared = None
    if weights is not None and len(u) > len(found):
        chi_squared = float(((residuals / weights) ** 2).sum()) / (len(u) - len(found))

    def curve(positions: Any) -> Any:
        return (
            function((positions - scale.x) / scale.width, *found) * (scale.height or 1.0) + scale.y
        )

    r_squared = 1 - float((residuals**2).sum()) / total if total else math.nan
    return FitResult(model, parameters, r_squared, chi_squared, step, curve)


def _scale_of(x: Any, y: Any) -> _Scale:
    with np.errstate(over="ignore"):
        ends = [float(v) for v in (x.min(), x.max(), y.min(), y.max())]
        width, height = ends[1] - ends[0], ends[3] - ends[2]
    # The smallest extent of which the reciprocal is finite.
    if not (math.isfinite(width) and math.isfinite(height)) or 0 < min(width, height) < 1e-300:
        raise CannotFit("The numbers are too large or too close together to be fitted.")
    return _Scale(ends[0] + width / 2, width, ends[2] + height / 2, height)


# The functions, and their parameters in the units of the points


def line(u: Any, slope: float, middle: float) -> Any:
    """A straight line."""
    return slope * u + middle


def gaussian(u: Any, height: float, centre: float, sigma: float, background: float) -> Any:
    """A gaussian on a constant background."""
    return background + height * np.exp(-(((u - centre) / sigma) ** 2) / 2)


def edge(u: Any, height: float, centre: float, sigma: float, background: float) -> Any:
    """An error function that rises, or falls, from a constant background."""
    from scipy.special import erf

    return background + height * (1 + erf((u - centre) / (sigma * math.sqrt(2)))) / 2


def _line_parameters(found: Any, errors: Any, scale: _Scale) -> tuple[FitParameter, ...]:
    slope, middle = (float(v) * (scale.height or 1.0) for v in found)
    slope_error, middle_error = (float(v) * (scale.height or 1.0) for v in errors)
    slope, slope_error = slope / scale.width, slope_error / scale.width
    # Slope and middle are not correlated.
    at_zero = math.hypot(middle_error, slope_error * scale.x)
    return (
        FitParameter("slope", slope, slope_error, Quantity.SLOPE),
        FitParameter("intercept", scale.y + middle - slope * scale.x, at_zero, Quantity.Y),
        FitParameter("at middle", scale.y + middle, middle_error, Quantity.Y),
    )


def _peak_parameters(found: Any, errors: Any, scale: _Scale) -> tuple[FitParameter, ...]:
    height, centre, sigma, background = map(float, found)
    of_height, of_centre, of_sigma, of_background = map(float, errors)
    fwhm = SIGMAS * scale.width
    return (
        FitParameter("height", height * scale.height, of_height * scale.height, Quantity.HEIGHT),
        FitParameter(
            "centre", scale.x + centre * scale.width, of_centre * scale.width, Quantity.X
        ),
        FitParameter("FWHM", abs(sigma) * fwhm, of_sigma * fwhm, Quantity.WIDTH),
        FitParameter(
            "background", scale.y + background * scale.height, of_background * scale.height,
            Quantity.Y,
        ),
    )  # fmt: skip


_PARAMETERS = {
    Analysis.LINEAR: _line_parameters,
    Analysis.GAUSSIAN: _peak_parameters,
    Analysis.EDGE: _peak_parameters,
}


# The fits, in units of `_Scale`


def _fit_line(_model: Analysis, u: Any, v: Any, sigma: Any | None) -> tuple[Any, Any, Any]:
    w = np.ones(len(u)) if sigma is None else 1 / sigma**2
    middle = float((w * u).sum() / w.sum())
    spread = float((w * (u - middle) ** 2).sum())
    slope = float((w * (u - middle) * v).sum()) / spread
    offset = float((w * v).sum() / w.sum())
    variance = 1.0
    if sigma is None:
        variance = float(((v - offset - slope * (u - middle)) ** 2).sum()) / (len(u) - 2)
    # At u = 0, the middle of the range, as for the other functions.
    jacobian = np.array([[1.0, 0.0], [-middle, 1.0]])
    own = np.diag([variance / spread, variance / float(w.sum())])
    return line, np.array([slope, offset - slope * middle]), jacobian @ own @ jacobian.T


def _fit_curve(model: Analysis, u: Any, v: Any, sigma: Any | None) -> tuple[Any, Any, Any]:
    try:
        from scipy.optimize import OptimizeWarning, curve_fit
    except ImportError as error:
        raise ExtraMissing(f"For a {model.value} fit, SciPy", "fit") from error
    function, starts = (gaussian, _peaks) if model is Analysis.GAUSSIAN else (edge, _edges)
    best, found = math.inf, None
    for start in starts(u, v):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore", OptimizeWarning)
                parameters, covariance = curve_fit(
                    function, u, v, start, sigma, absolute_sigma=sigma is not None,
                    maxfev=MOST_CALLS,
                )  # fmt: skip
                residuals = v - function(u, *parameters)
        except RuntimeError:
            continue
        cost = float(((residuals if sigma is None else residuals / sigma) ** 2).sum())
        if cost < best and _is_determined(parameters, covariance):
            best, found = cost, (function, parameters, covariance)
    if found is None:
        raise CannotFit(f"The points do not determine a {model.value} fit.")
    return found


def _is_determined(found: Any, covariance: Any) -> bool:
    """Return True if a height and width differ from zero, and the centre is somewhere."""
    height, centre, sigma, _ = np.sqrt(np.diag(covariance))
    return bool(height < abs(found[0]) and centre < 1 and sigma < abs(found[2]))


def _peaks(u: Any, v: Any) -> list[tuple[float, ...]]:
    """Starts: a peak or a dip where smoothed values differ most from the median."""
    background = float(np.median(v))
    smooth = _smoothed(v)
    places = int(np.argmax(smooth)), int(np.argmin(smooth))
    return [
        (float(smooth[at]) - background, float(u[at]), sigma, background)
        for at in places
        for sigma in (0.03, 0.15)
    ]


def _edges(u: Any, v: Any) -> list[tuple[float, ...]]:
    """Starts: between the levels of both ends, and where the change is largest."""
    end = max(1, len(v) // 10)
    low, high = float(np.median(v[:end])), float(np.median(v[-end:]))
    smooth = _smoothed(v)
    crossing = int(np.argmin(np.abs(smooth - (low + high) / 2)))
    steepest = int(np.argmax(np.abs(np.diff(smooth))))
    return [
        (high - low, float(u[at]), sigma, low)
        for at in (crossing, steepest)
        for sigma in (0.02, 0.15)
    ]


def _smoothed(v: Any) -> Any:
    """Return the moving average, with the ends repeated."""
    width = 2 * (len(v) // 50) + 1
    padded = np.pad(v, width // 2, mode="edge")
    return np.convolve(padded, np.full(width, 1 / width), mode="valid")
