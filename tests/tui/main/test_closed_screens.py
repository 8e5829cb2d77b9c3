"""Memory of closed screens."""

import gc
import weakref

import pytest

from ..conftest import key, make_app, settle, until

OPENED = 10
HELD = 4
"""Some of the last ones stay until a timer or a thread of theirs has ended."""


LONG = pytest.mark.extended


@pytest.mark.parametrize(
    "opening",
    ["enter", *(pytest.param(each, marks=LONG) for each in ("L", "i", "J", "question_mark"))],
)
async def test_closed_screens_and_their_lines_are_freed(folder, opening):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(411), "xgm.trend")
        refs = []
        for _ in range(OPENED):
            await pilot.press(opening)
            await until(pilot, lambda: app.screen is not app.main_screen)
            await until(pilot, lambda: app.screen.query("*"))
            await pilot.pause()
            drawn = [widget._styles_cache for widget in app.screen.query("*")]
            refs.append([weakref.ref(each) for each in (app.screen, *drawn)])
            del drawn
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.main_screen)
        await pilot.pause()

        def held():
            gc.collect()
            return sum(any(ref() is not None for ref in some) for some in refs)

        await until(pilot, lambda: held() <= HELD)
