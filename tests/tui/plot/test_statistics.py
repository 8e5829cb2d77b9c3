"""Statistics and fits of plots: compared with the functions that made the points."""

import math
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose

from damnit_daemon.model.view import AxisKind
from damnit_tui.plot.data import Group, Points
from damnit_tui.plot.fit import MOST_FITTED
from damnit_tui.plot.render import draw_points
from damnit_tui.plot.screen import PlotScreen
from damnit_tui.plot.state import FITS, Analysis, Form, PlotState
from damnit_tui.plot.statistics import AnalysisRequest, centre_of_mass, lines_of, with_error

from ..conftest import make_app, until
from .test_plot import opened

RANDOM = np.random.default_rng(5)
AT = RANDOM.permutation(np.linspace(-4, 6, 300))
SIGMA = 0.5
FWHM = 2.3548 * SIGMA


def peak(x, height=10.0, centre=1.0, background=3.0):
    return background + height * np.exp(-((x - centre) ** 2) / (2 * SIGMA**2))


def edge(x, height=-8.0, centre=-2.0, background=7.0):
    z = (x - centre) / (SIGMA * math.sqrt(2))
    return background + height * (1 + np.array([math.erf(v) for v in z])) / 2


def noisy(values, sigma=0.1):
    return values + RANDOM.normal(0, sigma, len(values))


def plotted(x, y, **about):
    group = Group("Signal [µJ]", np.asarray(x, float), np.asarray(y, float), units="µJ")
    return Points((group,), x_label="Delay [ps]", x_units="ps", **about)


def analysed(x, y, analysis, **state):
    points, state = plotted(x, y), PlotState(("a",), analysis=analysis, **state)
    drawn = draw_points(points, state, 80, 20, {})
    return AnalysisRequest(points, state, 0, drawn.shown).statistics()


def text_of(x, y, analysis, about=None, **state):
    found = analysed(x, y, analysis, **state)
    return "\n".join(lines_of(found, plotted(x, y, **(about or {})), PlotState(**state)))


def test_statistics_are_those_of_numpy():
    y = noisy(peak(AT))
    found = analysed(AT, y, Analysis.STATISTICS)
    assert (found.shown, found.count) == (300, 300)
    assert_allclose((found.mean, found.std), (y.mean(), y.std(ddof=1)))
    assert found.least == (y.min(), AT[y.argmin()])
    assert found.greatest == (y.max(), AT[y.argmax()])
    weights = y - y.min()
    assert_allclose(found.centre_of_mass, (AT * weights).sum() / weights.sum())
    assert found.fit is None


@pytest.mark.parametrize("height", [10.0, -10.0])
def test_peaks_and_dips_have_a_centre_and_a_width_at_half_height(height):
    found = analysed(AT, peak(AT, height), Analysis.STATISTICS)
    assert_allclose(found.peak, (1.0, FWHM), rtol=2e-3)
    assert_allclose(found.centre_of_mass, 1.0, rtol=1e-3)


def test_a_curve_that_falls_on_one_side_only_has_no_width():
    assert analysed(AT, edge(AT), Analysis.STATISTICS).peak is None


def test_several_values_at_one_position_count_by_their_mean():
    x = np.repeat(np.linspace(-4, 6, 101), 2)
    y = peak(x) + np.tile([1.0, -1.0], 101)
    assert_allclose(analysed(x, y, Analysis.STATISTICS).peak, (1.0, FWHM), rtol=1e-2)


@pytest.mark.parametrize(
    ("analysis", "y", "wanted"),
    [
        (Analysis.LINEAR, 3 - 4 * AT, {"slope": -4, "intercept": 3}),
        (Analysis.GAUSSIAN, peak(AT), {"height": 10, "centre": 1, "FWHM": FWHM, "background": 3}),
        (Analysis.GAUSSIAN, peak(AT, -5.0), {"height": -5, "centre": 1, "FWHM": FWHM}),
        (Analysis.EDGE, edge(AT), {"height": -8, "centre": -2, "FWHM": FWHM, "background": 7}),
        (Analysis.EDGE, edge(AT, 8.0), {"height": 8, "centre": -2, "FWHM": FWHM}),
    ],
)
@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (1e-12, 0.0), (100.0, 2.1e9)])
def test_fits_find_the_function_within_their_errors(analysis, y, wanted, scale, shift):
    fit = analysed(AT * scale + shift, noisy(y), analysis).fit
    assert fit.r_squared > 0.98
    found = {each.name: each for each in fit.parameters}
    for name, value in wanted.items():
        if name == "intercept":
            value -= wanted["slope"] * shift / scale
        elif name == "slope":
            value /= scale
        elif name in ("centre", "FWHM"):
            value = value * scale + (shift if name == "centre" else 0)
        assert 0 < found[name].error < abs(value) / 10 + 0.1 * scale
        assert abs(found[name].value - value) < 5 * found[name].error
    assert_allclose(fit.curve(AT * scale + shift), y, atol=0.2)


def test_zoomed_plots_are_analysed_in_the_visible_range_only():
    y = peak(AT) + peak(AT, 30.0, -3.0)
    wide = analysed(AT, y, Analysis.STATISTICS)
    zoomed = analysed(AT, y, Analysis.GAUSSIAN, window=(-0.5, 2.5), form=Form.LINE)
    assert zoomed.shown == ((AT >= -0.5) & (AT <= 2.5)).sum() < wide.count == zoomed.count
    assert_allclose(zoomed.fit.parameters[1].value, 1.0, atol=0.01)
    # Of points, those above and below the visible range are left out, too.
    span = analysed(AT, y, Analysis.STATISTICS, span=(0.0, 10.0))
    assert span.greatest[0] <= 10
    assert "No points" in analysed(AT, y, Analysis.LINEAR, window=(50.0, 60.0)).problem


def test_logarithmic_axes_change_no_fit():
    x = np.abs(AT) + 0.1
    plain = analysed(x, peak(x), Analysis.GAUSSIAN).fit
    assert_allclose(
        [each.value for each in analysed(x, peak(x), Analysis.GAUSSIAN, log_x=True).fit.parameters],
        [each.value for each in plain.parameters],
        rtol=1e-4,
    )


def test_histograms_are_fitted_with_the_errors_of_counts():
    values = RANDOM.normal(7, 2, 20_000)
    state = {"form": Form.HISTOGRAM, "bins": 60}
    found = analysed(values, [], Analysis.GAUSSIAN, **state)
    assert_allclose((found.mean, found.std), (values.mean(), values.std(ddof=1)))
    _, centre, fwhm, _ = found.fit.parameters
    assert abs(centre.value - 7) < 5 * centre.error
    assert abs(fwhm.value - 2.3548 * 2) < 5 * fwhm.error
    assert 0.3 < found.fit.chi_squared < 2
    lines = text_of(values, [], Analysis.GAUSSIAN, **state)
    assert "20,000 of 20,000 values" in lines
    assert "χ²/ndf" in lines
    assert "linear X axis" in analysed(values, [], Analysis.GAUSSIAN, log_x=True, **state).problem


@pytest.mark.parametrize("analysis", FITS)
@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([1.0, 2.0], [1.0, 2.0], "needs at least"),
        ([1.0] * 9, np.arange(9.0), "All points have the same X."),
        (np.arange(9.0) * 5e-324, np.arange(9.0), "too large or too close"),
        (np.arange(9.0), np.linspace(-8e307, 8e307, 9) * 1.2, "too large"),
    ],
)
def test_what_cannot_be_fitted_has_a_reason(analysis, x, y, said):
    assert said in text_of(x, y, analysis, form=Form.LINE)


@pytest.mark.parametrize("analysis", [Analysis.GAUSSIAN, Analysis.EDGE])
def test_constant_values_have_a_line_but_no_peak(analysis):
    x, y = np.arange(9.0), np.full(9, 4.0)
    assert "All values are equal." in text_of(x, y, analysis)
    assert analysed(x, y, analysis).peak is None
    assert [p.value for p in analysed(x, y, Analysis.LINEAR).fit.parameters[:2]] == [0, 4]


@pytest.mark.parametrize("analysis", FITS)
def test_fits_of_noise_end(analysis):
    for _ in range(20):
        found = analysed(np.arange(40.0), RANDOM.normal(0, 1, 40), analysis)
        assert (found.fit is None) == bool(found.problem)


def test_a_peak_between_two_points_is_not_invented():
    counts = [2, 6, 10, 3, 6, 3, 2, 8, 5, 4, 6, 5]
    values = np.repeat(np.arange(12.0), counts)
    found = analysed(values, [], Analysis.GAUSSIAN, form=Form.HISTOGRAM, bins=12)
    assert found.fit is None or found.fit.curve(np.linspace(0, 12, 999)).max() < 20


def test_of_many_points_some_are_fitted():
    x = np.arange(10 * MOST_FITTED, dtype=float)
    found = analysed(x, noisy(peak(x / 1e4, centre=9.0)), Analysis.GAUSSIAN)
    assert found.fit.step == 10
    assert_allclose(found.fit.parameters[1].value, 9e4, rtol=1e-3)


def test_without_scipy_lines_are_fitted_and_the_others_name_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    assert analysed(AT, peak(AT), Analysis.LINEAR).fit is not None
    assert "pip install 'damnit-tui[fit]'" in analysed(AT, peak(AT), Analysis.GAUSSIAN).problem


# Text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (30.91234, 0.04321, "30.912 ± 0.043"),
        (2101332299.7, 1300.0, "2101332300 ± 1300"),
        (-1.5e-12, 2.5e-14, "(-1.500 ± 0.025)e-12"),
        (3e200, 1e198, "(3.000 ± 0.010)e200"),
        (1.0, 0.0, "1 ± 0"),
        (0.0, 5e-324, "(0.0 ± 4.9)e-324"),
    ],
)
def test_numbers_show_two_digits_of_their_error(value, error, text):
    assert with_error(value, error) == text


def test_numbers_have_units_and_positions_enough_digits():
    x, lines = 2.1e9 + np.arange(300.0), []
    lines = text_of(x, peak(AT[np.argsort(AT)]), Analysis.LINEAR)
    assert "max         12.99" in lines
    assert "at 2100000150 ps" in lines or "at 2100000149 ps" in lines
    assert "µJ/ps" in lines


def test_times_are_shown_as_times_and_widths_in_seconds():
    x = 1.7e9 + AT * 3600
    lines = text_of(x, peak(AT), Analysis.GAUSSIAN, {"x_kind": AxisKind.TIME})
    assert "centre      2023-11-14 23:13" in lines
    assert "FWHM" in lines
    assert " s\n" in lines
    linear = text_of(x, AT, Analysis.LINEAR, {"x_kind": AxisKind.TIME})
    assert "at middle" in linear
    assert "intercept" not in linear
    assert "µJ/s" in linear


def test_the_centre_of_mass_of_equal_values_is_unknown():
    assert math.isnan(centre_of_mass(np.arange(3.0), np.ones(3)))


def test_a_fit_is_drawn_over_the_points():
    points, state = plotted(AT[:9], peak(AT)[:9]), PlotState(("a",), analysis=Analysis.GAUSSIAN)
    fit = analysed(AT, peak(AT), Analysis.GAUSSIAN).fit
    without = draw_points(points, state, 60, 20, {})
    drawn = draw_points(points, state, 60, 20, {}, fits=[fit])
    assert drawn.shown == without.shown
    assert drawn.text != without.text


# Keys


async def test_f_shows_statistics_and_fits_beside_the_plot_and_y_copies_them(folder, monkeypatch):
    copied = []
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        screen = await opened(pilot)
        monkeypatch.setattr(app.system_clipboard, "copy", lambda text, _: copied.append(text))
        panel = screen.query_one("#plot-statistics")
        assert not panel.display
        await pilot.press("f")
        await until(pilot, lambda: screen.model.statistics is not None)
        assert panel.display
        assert screen.model.fit is None
        await pilot.press("f")
        await until(pilot, lambda: screen.model.fit is not None)
        assert "slope" in str(panel.render())
        await pilot.press("y")
        assert "slope" in copied[-1]
        assert "±" in copied[-1]
        before = screen.model.statistics.shown
        await pilot.press("plus", "plus")
        await until(pilot, lambda: screen.model.statistics.shown < before)
        await pilot.press("0", "F", "F")
        await until(pilot, lambda: screen.model.statistics is None)
        assert not panel.display


@pytest.mark.extended
async def test_tab_and_clicks_select_the_series_of_the_statistics(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        screen = await opened(pilot)
        screen.change(PlotState(("xgm.intensity", "ratio"), analysis=Analysis.STATISTICS))
        await until(pilot, lambda: screen.model.statistics is not None)
        first = screen.model.statistics.label
        await pilot.press("tab")
        await until(
            pilot,
            lambda: screen.model.statistics and screen.model.statistics.label != first,
        )
        assert isinstance(app.screen, PlotScreen)
        await pilot.press("tab")
        await until(
            pilot,
            lambda: screen.model.statistics and screen.model.statistics.label == first,
        )
