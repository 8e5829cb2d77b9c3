"""Typed paths: every prompt for a path reports what is wrong with it."""

from __future__ import annotations

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.user_path import typed_path
from tests.conftest import default

from ..conftest import make_app, settle, until
from ..every_screen import PLACES, make_inspect_folder, make_rich_folder

BAD = {
    "~nobody-at-all/x.csv": "There is no user nobody-at-all",
    "nul\0/x.csv": "is not a valid path",
    "x" * 5000 + ".csv": "too long",
    "\udcff\ud800.csv": "is not a valid path",
}


@pytest.mark.parametrize(("text", "told"), BAD.items(), ids=range(len(BAD)))
def test_invalid_typed_path_is_refused_with_a_reason(text, told):
    with pytest.raises(DamnitError, match=told):
        typed_path(text)


def test_typed_path_is_expanded_and_made_absolute(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert typed_path(" ~/a b ") == tmp_path / "a b"
    assert typed_path("a") == tmp_path / "a"
    assert typed_path("a", tmp_path / "b") == tmp_path / "b" / "a"


DOORS = {
    "the export box": ("export", make_rich_folder),
    "S in inspect": ("save", make_inspect_folder),
    "S in a plot": ("plot", make_rich_folder),
    ":export": ("prompt", make_rich_folder),
    "the report": ("report", make_rich_folder),
    "P": ("proposals", make_rich_folder),
    "the daemon's Python": ("daemon", make_rich_folder),
}


def shown(app):
    lines = (strip.text for strip in app.screen._compositor.render_strips())
    said = (note.message for note in app._notifications)
    return " ".join(" ".join([*lines, *said]).split())


@pytest.mark.parametrize("door", default(DOORS, 2))
async def test_unknown_user_in_a_typed_path_is_reported_by_every_prompt(
    tmp_path, monkeypatch, door
):
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path / "exp"))
    place, make = DOORS[door]
    folder = make(tmp_path / "amore")
    app = make_app(folder)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await PLACES[place][1](pilot)
        typed = "~nobody-at-all/x.csv"
        if door == "S in a plot":
            await pilot.press("S")
            await until(pilot, lambda: app.screen.query("Input"))
        elif door == ":export":
            typed = f"export {typed}"
        elif door == "the report":
            await pilot.press("ctrl+s")
        elif door == "the daemon's Python":
            table = app.screen.query_one("DataTable")
            await until(pilot, lambda: table.row_count)
            table.move_cursor(row=table.get_row_index("context_python"))
            await pilot.press("enter")
        await pilot.pause()
        prompt = app.screen.query("Input").last()
        prompt.focus()
        prompt.value = typed
        await pilot.press("enter")
        await until(pilot, lambda: "here is no user nobody-at-all" in shown(app))
        await pilot.press("escape")
    assert app._exception is None
