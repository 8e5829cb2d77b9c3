"""The newest runs on a real terminal before and during the import of the app."""

from __future__ import annotations

import os
import sys
from textwrap import dedent

import pytest

from tests.tui.conftest import make_folder

from .terminal import Terminal, need_tmux

pytestmark = pytest.mark.timeout(180)

SLOW = """
    # Stands before Textual, as a cold file system does.
    import importlib, pathlib, sys, time

    here = pathlib.Path(__file__).parent
    (here / "asked").touch()
    while not (here / "go").exists():
        time.sleep(0.02)
    sys.path.remove(str(here.parent))
    del sys.modules["textual"]
    importlib.import_module("textual")
"""
BROKEN = SLOW.partition("    sys.path")[0] + '    raise ImportError("no Textual today")\n'


@pytest.fixture
def start(tmp_path):
    need_tmux()
    folder = make_folder(tmp_path / "amore")
    stub = tmp_path / "before" / "textual"
    stub.mkdir(parents=True)

    def run(code, size=(100, 24)):
        (stub / "__init__.py").write_text(dedent(code))
        environ = {
            "PYTHONPATH": str(stub.parent),
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "DAMNIT_TUI_TOUR": "off",
            "PATH": os.environ["PATH"],
        }
        command = [sys.executable, "-m", "damnit_tui", str(folder.path)]
        return Terminal(command, environ, tmp_path, size), (stub / "go").touch

    return run


@pytest.mark.extended
def test_early_paint_shows_runs_and_queues_keys_until_the_app_starts(start):
    terminal, go = start(SLOW)
    with terminal:
        screen = terminal.wait_for(lambda screen: "starting" in screen)
        assert "412" in screen
        assert "first light" in screen
        for key in (":", "4", "0", "5", "Enter"):
            terminal.press(key)
        assert terminal.screen() == screen, "nothing of what is typed is to be seen"
        go()
        terminal.wait_for(lambda screen: "r405 · Time" in screen)
        terminal.press("q")
        assert terminal.exit_code() == 0


def test_early_paint_restores_the_terminal_when_the_app_fails_to_start(start):
    terminal, go = start(BROKEN)
    with terminal:
        terminal.wait_for(lambda screen: "starting" in screen)
        go()
        assert terminal.exit_code() == 1


def test_ctrl_c_during_early_paint_cancels_the_start(start):
    terminal, _ = start(SLOW)
    with terminal:
        terminal.wait_for(lambda screen: "starting" in screen)
        terminal.press("C-c")
        assert terminal.exit_code() == 130


@pytest.mark.extended
@pytest.mark.parametrize("size", [(80, 24), (12, 4), (5, 2)])
def test_early_paint_fits_terminals_of_any_size(start, size):
    terminal, go = start(SLOW, size)
    with terminal:
        screen = terminal.wait_for(lambda screen: "sta" in screen)
        assert screen.splitlines()[0].startswith(" p1"), "nothing has scrolled away"
        go()
        terminal.wait_for(lambda screen: "sta" not in screen)
        terminal.press("q")
        assert terminal.exit_code() == 0
