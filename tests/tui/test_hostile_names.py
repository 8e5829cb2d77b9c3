"""Brackets, markup and control characters in names on each screen."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

import damnit_tui
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import NewValue, add_note
from damnit_tui.safe_text import plain

from .conftest import NOW, add_run, at_rest, database_of, key, make_app, settle
from .every_screen import PLACES

HOSTILE = "I [/mm] sel [k=:] [ps] [b]x[/b] [@click=app.quit]q[/] \x1b[31m \\["
TAG_ALL = "INSERT INTO variable_tags SELECT variables.name, max(id) FROM variables, tags GROUP BY 1"
PIECES = ["[", "]", "/", "\\", "=", ":", "@", "k", "b", '"', "'", "$", "!", "(", "#", "[/", "[b]"]


def test_plain_text_is_never_parsed_as_markup():
    rng = random.Random(1)
    for _ in range(20_000):
        text = "".join(rng.choices(PIECES, k=rng.randrange(1, 9)))
        assert plain(text).plain == text


def test_border_titles_are_set_only_from_plain_text():
    assigned = re.compile(r"\.border_(?:sub)?title = (.*)")
    for path in Path(damnit_tui.__file__).parent.rglob("*.py"):
        for given in assigned.findall(path.read_text()):
            is_ours = given.startswith(
                ('"', "plain(", "HINT", 'f"type to', 'f"{total} {self.unit}, ')
            )
            assert is_ours, f"{path.name}: {given}"


def spoil(folder: DamnitFolder) -> None:
    """Give every name of a folder something that a terminal or markup would obey."""
    with database_of(folder).writing() as con:
        con.execute("UPDATE variables SET title = title || ' ' || ?1, description = ?1", (HOSTILE,))
        con.execute("INSERT INTO tags (name) VALUES (?)", (HOSTILE,))
        con.execute(TAG_ALL)
        add_note(con, NOW - 300, HOSTILE)
        runs = con.execute("SELECT run FROM run_info").fetchall()
    for (run,) in runs[:3]:
        add_run(
            folder,
            run,
            NewValue(key(run), "comment", HOSTILE),
            NewValue(key(run), f"new{HOSTILE}", HOSTILE),
            NewValue(key(run), "failed", None, attributes={"error": HOSTILE, "error_cls": HOSTILE}),
        )


@pytest.mark.extended
@pytest.mark.parametrize("owner", sorted(set(PLACES) - {"app", "runs", "table"}))
async def test_every_screen_opens_with_hostile_names(tmp_path, monkeypatch, owner):
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path / "exp"))
    make, go = PLACES[owner]
    folder = make(tmp_path / "amore [b] [k=:] [/ \x1b[31m")
    spoil(folder)
    app = make_app(folder)
    async with app.run_test(size=(130, 36), notifications=True) as pilot:
        await settle(pilot)
        await go(pilot)
        app.screen.notify(HOSTILE)
        await at_rest(pilot)
        shown = "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert not [c for c in shown if ord(c) < 32 or c in "\x7f\x85\x9b"]
        await pilot.press("down", "space", "slash", "escape")
        await pilot.pause()
        assert app._exception is None


async def test_brackets_of_a_title_are_shown_in_the_range_filter_dialog(tmp_path):
    folder = PLACES["range"][0](tmp_path / "amore")
    with database_of(folder).writing() as con:
        con.execute("UPDATE variables SET title = 'Delay [ps] [k=:]' WHERE name = 'ratio'")
    app = make_app(folder)
    async with app.run_test(size=(130, 36)) as pilot:
        await settle(pilot)
        await PLACES["range"][1](pilot)
        await pilot.pause()
        shown = "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "Filter by Delay [ps] [k=:]" in shown
