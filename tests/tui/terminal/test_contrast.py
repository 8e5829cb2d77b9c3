"""Contrast of all text in each theme."""

import re
from itertools import combinations

import pytest
from textual.color import Color

from damnit_tui.terminal.contrast import contrast, readable
from damnit_tui.themed_app import THEMES, ThemedApp
from damnit_tui.themes import ROLES, SERIES, role_variables

from ..conftest import make_app, settle
from ..every_screen import PLACES

TEXT = re.compile(r"[\w?!:;,.()=+\[\]{}'\"#@/%&*<>-]")
DOTS = re.compile("[\u2801-\u28ff]")
CODE = '''"""A context file."""
from damnit_ctx import Cell, Variable

@Variable(title="Hits", data="proc", tags=["agipd"])
def hits(run, threshold: "input#threshold" = 12.5):
    if run is None or not {"a": [1]}:  # nothing to count
        raise ValueError(f"no {run!r}\\n")
    return Cell(sum(run[key].ndarray() > threshold for key in run), bold=True)
'''
OFTEN = ("main", "context")
PLACES_TO_SEE = [
    pytest.param(name, marks=() if name in OFTEN else pytest.mark.extended)
    for name in PLACES
    if name not in ("app", "table")
]


def faded(app):
    """Pieces of the screen that do not stand out enough."""
    found = {}
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            if style is None or style.color is None or style.bgcolor is None:
                continue
            pair = tuple(style.color.triplet), tuple(style.bgcolor.triplet)
            least = 4.5 if TEXT.search(text) else 3 if DOTS.search(text) else 1
            if contrast(*pair) < least:
                found[text.strip()] = (style.color.name, style.bgcolor.name, contrast(*pair))
    return found


@pytest.mark.parametrize("place", PLACES_TO_SEE)
async def test_text_of_all_screens_is_readable_in_each_theme(tmp_path, place):
    make, go = PLACES[place]
    folder = make(tmp_path / "amore")
    (folder.path / "context.py").write_text(CODE)
    app = make_app(folder)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await go(pilot)
        for theme in app.available_themes:
            if theme.startswith("ansi") or app.available_themes[theme].ansi:
                continue  # colours of the terminal's own
            app.theme = theme
            await pilot.pause()
            assert (theme, faded(app)) == (theme, {})


def parse(value, area):
    """A colour as in style sheets: `#rrggbb 40%`."""
    name, _, share = value.partition(" ")
    colour = area.get_contrast_text(1) if name == "auto" else Color.parse(name)
    return colour.multiply_alpha(float(share[:-1]) / 100) if share else colour


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_curve_colours_are_visible_and_distinguishable(theme):
    colours = theme.to_color_system().generate()
    behind = [Color.parse(colours[name]).rgb for name in ("background", "surface")]
    series = [Color.parse(each).rgb for each in SERIES[theme.dark]]
    assert min(contrast(each, back) for each in series for back in behind) >= 3
    for one, other in combinations(series, 2):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) > 60**2


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", [role for role, look in ROLES.items() if look.color])
def test_role_is_readable_on_each_area(theme, role):
    known = {**theme.to_color_system().generate(), **theme.variables}
    known |= {f"series-{n}": colour for n, colour in enumerate(SERIES[theme.dark])}
    looks = role_variables(known)
    for name in ("background", "surface", "panel"):
        area = Color.parse(known[name])
        area += parse(looks.get(f"{role}-background", "transparent"), area)
        text = area + parse(looks[f"{role}-color"], area)
        seen = readable(text.rgb, area.rgb, 4.5)
        assert contrast(seen, area.rgb) >= 4.5


def test_adjusted_colour_keeps_its_hue():
    red, green, blue = readable((255, 255, 0), (255, 255, 255), 4.5)
    assert contrast((red, green, blue), (255, 255, 255)) >= 4.5
    assert red == green > blue
    assert readable((0, 0, 0), (255, 255, 255), 4.5) == (0, 0, 0)


def area_colours(app):
    """The areas that controls and lists lie on."""
    variables = app.get_css_variables()
    return [Color.parse(variables[name]) for name in ("background", "surface", "panel")]


def colour_themes(app):
    """All themes but those in the terminal's own colours."""
    return [name for name, theme in app.available_themes.items() if not theme.ansi]


@pytest.mark.parametrize("look", ["focus-color", "highlight-background", "row-cursor-background"])
def test_focus_and_cursors_stand_out_in_each_theme(look):
    app = ThemedApp()
    for theme in colour_themes(app):
        app.theme = theme
        areas = area_colours(app)
        colour = Color.parse(app.get_css_variables()[look])
        ratios = [contrast((area + colour).rgb, area.rgb) for area in areas]
        assert min(ratios) >= 3, (theme, ratios)


FORMS = {
    "form": "Input, RadioRow",
    "export": "Input, RadioRow",
    "variable": "Input:enabled, RadioRow",
    "range": "Input, TickLine",
    "proposals": "Input",
}
"""A dialog with several controls → the controls."""


@pytest.mark.parametrize(
    "place",
    [pytest.param(n, marks=() if n == "form" else pytest.mark.extended) for n in FORMS],
)
async def test_focused_control_of_a_form_is_marked_beside_it(tmp_path, place):
    make, go = PLACES[place]
    app = make_app(make(tmp_path / "amore"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await go(pilot)
        controls = [each for each in app.screen.query(FORMS[place]) if each.region.width]
        assert controls
        for control in controls:
            control.focus()
            await pilot.pause()
            marked = [each for each in controls if each.styles.border_left[0] == "heavy"]
            assert marked == [control]
            at = control.region.offset
            (mark,) = app.screen._compositor.render_strips()[at.y].crop(at.x, at.x + 1)
            assert mark.text == "┃"
            front, back = mark.style.color.triplet, mark.style.bgcolor.triplet
            assert contrast(tuple(front), tuple(back)) >= 3
