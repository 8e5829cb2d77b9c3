"""Bunched keys, clicks and pastes on all screens: no crash, and no unconfirmed change."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import string
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
from textual import events

from damnit_daemon.edit import Editor
from damnit_daemon.errors import DamnitError
from damnit_tui import app as app_module
from damnit_tui import keymap
from damnit_tui.app import DamnitApp
from damnit_tui.daemon.service import DaemonService
from damnit_tui.data.daemon_client import DaemonClient, RequestResult
from damnit_tui.data.dry_run import DryRun
from damnit_tui.data.session import Session
from damnit_tui.dialogs.confirm import ConfirmDialog
from tests.tui.conftest import NOW, settle
from tests.tui.every_screen import PLACES, make_inspect_folder, make_rich_folder

from .budget import SECONDS, report, rounds

# Textual drops the coroutine of a watcher if its screen is closed before the watcher runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine 'CommandPalette:RuntimeWarning",
    "ignore:.*coroutine object CommandPalette:pytest.PytestUnraisableExceptionWarning",
)

CONFIRMING = {"enter", "y", "ctrl+s", "ctrl+m", "ctrl+j"}
TEXT = f"{string.ascii_letters}{string.digits}{string.punctuation} äß我🎉"
KEYS = sorted({name for key in keymap.KEYS for name in key.keys.split(",")})
PASTES = ["two\nlines\n", "[/b] [k=:]", "\x1b[31m\x00", "y" * 3000, "", "12", "is:error", "~no/x"]
SIZES = [(130, 36), (80, 24), (40, 10), (20, 3), (200, 60)]
PATIENCE_S = 60
WRITING = {"conflict", "notes"}
"""To come there somebody else writes."""


class Fuzzed(DamnitApp):
    """An app that is not left, whatever is pressed."""

    CSS_PATH = Path(app_module.__file__).parent / "app.tcss"

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self.marked = asyncio.Event()

    def key_f24(self) -> None:
        """Note that all keys before this one, which nothing else takes, were dealt with."""
        self.marked.set()

    def exit(self, *_arguments, **_options) -> None:
        """Stay."""


class Orders:
    """What was asked of the daemon, and how often a box was answered by yes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.given: list[str] = []
        self.confirmed = 0
        orders, answer = self, ConfirmDialog.action_answer

        def note(name):
            def noted(*arguments, **_options):
                kind = getattr(arguments[1], "kind", "") if len(arguments) > 1 else ""
                orders.given.append(f"{name} {kind}".strip())
                return RequestResult("Noted.") if name == "asked" else "Done."

            return noted

        def count(box, is_confirmed):
            orders.confirmed += is_confirmed
            answer(box, is_confirmed)

        def untried(*_arguments):
            raise DamnitError("Nothing is tried here.")

        monkeypatch.setattr(DaemonClient, "ask", note("asked"))
        for name in ("start", "stop", "restart", "save"):
            monkeypatch.setattr(DaemonService, name, note(f"daemon {name}"))
        monkeypatch.setattr(ConfirmDialog, "action_answer", count)
        for name in ("check", "evaluate"):
            monkeypatch.setattr(DryRun, name, untried)

    @property
    def drastic(self) -> list[str]:
        """Orders that only a box asks for."""
        asked = ("asked cancel", "asked prioritise", "daemon stop", "daemon restart")
        return [order for order in self.given if order in asked]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where nothing that is written does harm."""
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path / "exp"))
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("VISUAL", raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR", "XDG_RUNTIME_DIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in ("NO_COLOR", "TMUX", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path


def content_of(folder) -> set[str]:
    """What must not change by itself: all rows, and the lines of the context file."""
    with closing(sqlite3.connect(folder.database)) as con:
        return {*con.iterdump(), *folder.context_file.read_text().splitlines()}


def key_event(name: str) -> events.Key:
    characters = {"space": " ", "enter": "\r", "tab": "\t"}
    character = name if len(name) == 1 else characters.get(name)
    return events.Key(name, character)


def mouse_events(rng: random.Random, app: DamnitApp) -> list[events.Event]:
    """A click, several at one place, a wheel, a drag."""
    width, height = app.size
    x, y = rng.randrange(max(1, width)), rng.randrange(max(1, height))
    if rng.random() < 0.2:
        kind = rng.choice([events.MouseScrollDown, events.MouseScrollUp])
        return [kind(None, x, y, 0, 1, 0, False, False, False, x, y)]
    to_x = rng.randrange(max(1, width)) if rng.random() < 0.1 else x
    return [
        kind(None, at, y, at - x, 0, 1, False, False, False, at, y)
        for _ in range(rng.choice([1, 1, 2, 3]))
        for kind, at in ((events.MouseDown, x), (events.MouseMove, to_x), (events.MouseUp, to_x))
    ]


class Hands:
    """What somebody with very fast hands does."""

    def __init__(self, app, rng, refused=frozenset()):
        self.app, self.rng = app, rng
        self.clicks_footer = "enter" not in refused
        """False if a click at `save` in the footer is a confirmation, too."""
        self.names = [name for name in KEYS if name not in refused]
        self.text = [letter for letter in TEXT if letter not in refused]
        self.last: list[str] = []
        self.keys = self.clicks = self.pastes = 0

    def bunch(self) -> None:
        """One packet."""
        rng, self.last = self.rng, self.last[-80:]
        for _ in range(rng.choice([2, 8, 16, 32])):
            kind = rng.random()
            if kind < 0.06:
                self.clicks += 1
                found = mouse_events(rng, self.app)
                if not self.clicks_footer and found[0].y == self.app.size.height - 1:
                    continue
                self.last.append(f"mouse {found[0].x},{found[0].y} x{len(found)}")
                for event in found:
                    self.app.post_message(event)
            elif kind < 0.08:
                self.pastes += 1
                text = rng.choice(PASTES)
                self.last.append(f"paste {text[:20]!r}")
                self.app.post_message(events.Paste(text))
            else:
                name = rng.choice(self.names if kind < 0.7 else self.text)
                self.keys += 1
                self.last.append(name)
                self.app.post_message(key_event(name))


async def go_on(pilot, hands) -> None:
    """Until the app has dealt with what was sent; fails if it hangs or has met a fault."""
    pilot.app.marked.clear()
    pilot.app.post_message(events.Key("f24", None))
    try:
        await asyncio.wait_for(pilot.app.marked.wait(), PATIENCE_S)
        await asyncio.wait_for(pilot.pause(), PATIENCE_S)
    except TimeoutError:
        raise AssertionError(f"hangs after {hands.last}") from None
    except BaseException as error:
        error.add_note(f"on {pilot.app.screen!r} after {hands.last}")
        raise
    assert pilot.app._exception is None, hands.last


async def start(pilot) -> None:
    """Go to the table; what was open is closed."""
    app = pilot.app
    while app.screen is not app.main_screen:
        await app.pop_screen()
    for _ in range(3):
        await pilot.press("escape")
    assert app.main_screen.prompt_bar.prompt is None, app.main_screen.prompt_bar.prompt
    if app.main_screen.table.rows.keys != app.main_screen.table.rows.all_keys:
        await pilot.press("backslash")


async def attack(folder, orders, refused, quick, name, check):
    """Press, click and paste, beginning on each screen in turn."""
    seed = int(
        os.environ.get("DAMNIT_FUZZ_SEED", random.randrange(10**6) if SECONDS in os.environ else 1)
    )
    print("seed", seed)
    rng = random.Random(seed)
    app = Fuzzed(Session(folder, clock=lambda: NOW), clock=lambda: NOW, zone=UTC)
    app.animation_level = "none"
    async with app.run_test(size=SIZES[0], notifications=True) as pilot:
        await settle(pilot)
        hands = Hands(app, rng, refused)
        ways = [
            go
            for owner, (make, go) in PLACES.items()
            if make is MAKERS[name] and not (name == "unconfirmed" and owner in WRITING)
        ]
        for number in rounds(quick):
            await start(pilot)
            try:
                if "enter" not in refused or rng.random() < 0.3:
                    async with asyncio.timeout(5):
                        await rng.choice(ways)(pilot)
            except (AssertionError, TimeoutError):
                pass  # what is filtered, hidden or asked for meanwhile bars the way
            for _ in range(20):
                hands.bunch()
                if rng.random() < 0.3:
                    await go_on(pilot, hands)
            await go_on(pilot, hands)
            check(hands)
            if number % 10 == 9:
                await pilot.resize_terminal(*rng.choice(SIZES))
    assert app._exception is None
    tried = hands.keys + hands.clicks + hands.pastes
    report(f"bunched keys, {name}", tried=tried, survived=tried, told=len(orders.given), wrong=0)


MAKERS = {"all": make_rich_folder, "data": make_inspect_folder, "unconfirmed": make_rich_folder}


@pytest.mark.parametrize("name", ["all", "data"])
async def test_random_keys_clicks_and_pastes_do_not_crash_the_app(place, monkeypatch, name):
    orders = Orders(monkeypatch)
    folder = MAKERS[name](place / "amore")

    def check(hands):
        assert len(orders.drastic) <= orders.confirmed, (orders.given, hands.last)

    await attack(folder, orders, frozenset(), 2, name, check)


async def test_random_keys_write_and_request_only_confirmed_changes(place, monkeypatch):
    orders = Orders(monkeypatch)
    written: list[str] = []

    def refuse(name):
        def refused(*arguments, **_options):
            written.append(f"{name} {arguments[1:]}")
            raise DamnitError("Nothing is written here.")

        return refused

    for method in (
        "set_values",
        "add_note",
        "change_note",
        "define_variable",
        "add_runs",
        "set_labels",
    ):
        monkeypatch.setattr(Editor, method, refuse(method))

    def acknowledge_none(*_arguments):
        raise DamnitError("Nothing is acknowledged here.")

    # One key acknowledges an alert, and one withdraws it.
    for method in ("acknowledge_alerts", "unacknowledge_alerts"):
        monkeypatch.setattr(Editor, method, acknowledge_none)
    folder = make_rich_folder(place / "amore")
    before = content_of(folder)

    def check(hands):
        given = [order for order in orders.given if order != "daemon start"]
        assert not given, f"{given} after {' '.join(hands.last)}"
        assert not written, f"{written} after {' '.join(hands.last)}"

    await attack(folder, orders, CONFIRMING, 3, "unconfirmed", check)
    assert content_of(folder) ^ before == set()
