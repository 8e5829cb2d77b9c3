"""The app in a real terminal: session state, settings and redrawing."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from damnit_daemon.store import NewValue
from damnit_tui.state.storage import config_directory
from tests.pipeline.terminal import Terminal, need_tmux

from ..conftest import add_run, key


@pytest.fixture
def terminal(folder, tmp_path):
    need_tmux()
    names = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "PYTHONPATH")
    environ = {name: os.environ.get(name, "") for name in names}

    def open_app(*options, term=""):
        pid_file = tmp_path / "pid"
        code = (
            f"import os, sys; open({str(pid_file)!r}, 'w').write(str(os.getpid())); "
            f"os.environ.update({{'TERM': {term!r}, 'COLORTERM': ''}} if {term!r} else {{}}); "
            f"sys.argv = ['damnit-tui', {str(folder.path)!r}, *{options!r}]; "
            "from damnit_tui.cli import main; main()"
        )
        return Terminal([sys.executable, "-c", code], environ, tmp_path), pid_file

    return open_app


@pytest.mark.extended
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_session_state_is_restored_after_a_signal_ends_the_app(terminal, number):
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


@pytest.mark.extended
def test_sigcont_without_a_stop_changes_nothing(terminal):
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


def test_emoji_in_a_comment_shifts_no_column(terminal, folder):
    """Terminals and the app differ in how wide it is; what is beside it looked like data."""
    add_run(
        folder, 411, NewValue(key(411), "comment", "⚠\ufe0f beam ❤\ufe0f 1\ufe0f\u20e3 ok 🇩🇪 👍🏽")
    )
    opened, _ = terminal()
    with opened as shown:
        screen = shown.wait_for(lambda screen: "18 runs" in screen and "beam" in screen)
        for press in ("j", "j", "k", "k"):
            shown.press(press)
        screen = shown.wait_for(lambda screen: "r412" in screen)
        lines = {line[1:4]: line for line in screen.splitlines()}
        bars = [place for place, letter in enumerate(lines["410"]) if letter == "│"]
        # tmux draws these emoji in one cell each, and each a character; a blank follows.
        assert [place for place, letter in enumerate(lines["411"]) if letter == "│"] == bars
        assert "⚠  beam ❤  1⃣  ok DE" in lines["411"]


def test_redraw_restores_terminal_modes_reset_by_another_program(terminal):
    opened, _ = terminal()
    with opened as shown:
        before = shown.wait_for(
            lambda screen: (
                screen.count("▆▆▆▆▆▆▆▆▆▆") == 18
                and all(text in screen for text in ("no daemon", "18 runs", "r412"))
            )
        )
        modes = shown.modes()
        assert modes["mouse_all_flag"] == "1"
        shown.write("\x1b[?1049l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[?7h")
        shown.write("\x1b[3;9r\x1b(0rubbish")
        shown.press("C-l")
        shown.wait_for(lambda screen: screen == before)
        assert shown.modes() == modes
        shown.press("l")
        shown.press("e")
        shown.wait_for(lambda screen: "Comment" in screen.splitlines()[-3])
        shown.paste("one\nr")
        shown.wait_for(lambda screen: "› one⏎r" in screen)


@pytest.mark.extended
def test_user_keys_of_the_settings_work_in_a_terminal(terminal):
    config_directory().mkdir(parents=True)
    (config_directory() / "settings.toml").write_text(
        '[keys]\n"runs.filter" = "ctrl+g"\n"runs.nothing" = "x"\n'
    )
    opened, _ = terminal()
    with opened as shown:
        shown.wait_for(lambda screen: "Unknown key id 'runs.nothing'" in screen)
        shown.wait_for(lambda screen: "ctrl-g filter" in screen)
        shown.press("C-g")
        shown.wait_for(lambda screen: "Filter:" in screen)


def test_terminal_with_few_colours_shows_image_sizes(terminal):
    opened, _ = terminal(term="xterm-16color")
    with opened as shown:
        screen = shown.wait_for(lambda screen: "▣ 30×20" in screen)
        assert "▆" not in (screen or "")
    opened, _ = terminal(term="xterm-256color")
    with opened as shown:
        shown.wait_for(lambda screen: "▆▆▆" in screen)
