"""The app in a real terminal: how it was left, and the user's settings."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from damnit_tui.state.files import config_directory
from tests.pipeline.terminal import Terminal, need_tmux


@pytest.fixture
def terminal(folder, tmp_path):
    need_tmux()
    names = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "PYTHONPATH")
    environ = {name: os.environ.get(name, "") for name in names}

    def open_app(*options):
        pid_file = tmp_path / "pid"
        code = (
            f"import os, sys; open({str(pid_file)!r}, 'w').write(str(os.getpid())); "
            f"sys.argv = ['damnit-tui', {str(folder.path)!r}, *{options!r}]; "
            "from damnit_tui.cli import main; main()"
        )
        return Terminal([sys.executable, "-c", code], environ, tmp_path), pid_file

    return open_app


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_terminal_that_goes_away_takes_nothing_along(terminal, number):
    opened, pid_file = terminal()
    with opened as shown:
        shown.wait_for(lambda screen: "18 runs" in screen and "412" in screen)
        for key in ("j", "j", "*", "s"):
            shown.press(key)
        shown.press(":")
        shown.wait_for(lambda screen: "a run number" in screen)
        for key in (*"filter", "Space", *"run>409", "Enter"):
            shown.press(key)
        shown.wait_for(lambda screen: "3 of 18 runs" in screen)
        os.kill(int(pid_file.read_text()), number)
        assert shown.exit_code() == 128 + number
    opened, _ = terminal()
    with opened as shown:
        shown.wait_for(lambda screen: "3 of 18 runs" in screen and "↑ Time" in screen)
    opened, _ = terminal("--filter", "run<400")
    with opened as shown:
        shown.wait_for(lambda screen: "5 of 18 runs" in screen and "↑ Time" in screen)


def test_being_told_to_go_on_without_having_stopped_changes_nothing(terminal):
    """With the hangup of a terminal comes a SIGCONT; its second reader would keep the process."""
    opened, pid_file = terminal()
    with opened as shown:
        shown.wait_for(lambda screen: "18 runs" in screen and "412" in screen)
        pid = int(pid_file.read_text())
        for _ in range(5):
            os.kill(pid, signal.SIGCONT)
        shown.press("G")
        shown.wait_for(lambda screen: "r395" in screen)
        os.kill(pid, signal.SIGHUP)
        assert shown.exit_code() == 128 + signal.SIGHUP


def test_keys_of_ones_own(terminal):
    config_directory().mkdir(parents=True)
    (config_directory() / "settings.toml").write_text(
        '[keys]\n"runs.filter" = "ctrl+g"\n"runs.nothing" = "x"\n'
    )
    opened, _ = terminal()
    with opened as shown:
        shown.wait_for(lambda screen: "nothing called 'runs.nothing'" in screen)
        shown.wait_for(lambda screen: "ctrl-g filter" in screen)
        shown.press("C-g")
        shown.wait_for(lambda screen: "Filter:" in screen)
