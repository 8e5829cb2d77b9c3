"""Suspending and resuming under a shell, and output without a usable terminal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys

import pytest

from tests.pipeline.terminal import Terminal, need_tmux

KEPT = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "PYTHONPATH")
SHELL = ["bash", "--norc", "--noprofile", "-i"]
COMMAND = [sys.executable, "-m", "damnit_tui"]


@pytest.fixture
def shell(tmp_path):
    """A shell with job control in a terminal."""
    need_tmux()
    environ = {name: os.environ.get(name, "") for name in KEPT}
    environ |= {"PS1": "shell> ", "TERM": "tmux-256color"}
    with Terminal(SHELL, environ, tmp_path) as shown:
        shown.wait_for(lambda screen: "shell>" in screen)
        yield shown


def start_in(shown, folder, tmp_path):
    """Open the app; returns its process number."""
    pid_file = tmp_path / "pid"
    script = tmp_path / "open.py"
    script.write_text(
        f"import os, sys; open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        f"sys.argv = ['damnit-tui', {str(folder.path)!r}]\n"
        "from damnit_tui.cli import main; main()\n"
    )
    for key in (f"{sys.executable} {script}", "Enter"):
        shown.press(key)
    shown.wait_for(is_whole)
    return int(pid_file.read_text())


def is_whole(screen):
    """The top, the middle, the bottom."""
    return "18 runs" in screen and "412" in screen and "395" in screen and "filter" in screen


def by_key(shown, _pid):
    shown.press("C-z")


def by_signal(_shown, pid):
    os.kill(pid, signal.SIGTSTP)


@pytest.mark.parametrize("suspend", [by_key, by_signal], ids=["ctrl-z", "kill -TSTP"])
def test_fg_restores_the_whole_screen(shell, folder, tmp_path, suspend):
    pid = start_in(shell, folder, tmp_path)
    suspend(shell, pid)
    shell.wait_for(lambda screen: "Stopped" in screen)
    for key in ("fg", "Enter"):
        shell.press(key)
    shell.wait_for(is_whole)
    shell.press("G")  # and keys arrive
    shell.wait_for(lambda screen: "r395" in screen)


def test_ctrl_z_without_a_shell_does_not_stop_the_app(folder, tmp_path):
    need_tmux()
    environ = {name: os.environ.get(name, "") for name in KEPT}
    # Without a shell between, the app leads the session of the terminal.
    command = ["sh", "-c", f"exec setsid -c {sys.executable} -m damnit_tui {folder.path}"]
    with Terminal(command, environ, tmp_path) as shown:
        shown.wait_for(is_whole)
        shown.press("C-z")
        shown.wait_for(lambda screen: "no shell" in screen)
        shown.press("G")
        shown.wait_for(lambda screen: "r395" in screen)


def printed(folder, tmp_path, **how):
    """Run the command with a terminal to write to; returns what it wrote there."""
    main, other = pty.openpty()
    how.setdefault("stdin", other)
    process = subprocess.Popen(
        [*COMMAND, str(folder.path)],
        stdout=other,
        stderr=other,
        cwd=tmp_path,
        start_new_session=True,
        **how,
    )
    os.close(other)
    text = b""
    try:
        while part := os.read(main, 1 << 16):
            text += part
    except OSError:  # the end of a terminal
        pass
    os.close(main)
    assert process.wait(60) == 0, text
    return text.decode()


def test_app_without_a_keyboard_prints_the_table_and_the_reason(folder, tmp_path):
    text = printed(folder, tmp_path, stdin=subprocess.DEVNULL)
    assert "Standard input is not a terminal" in text
    assert "| 412" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("term", ["dumb", ""])
def test_app_on_an_unusable_terminal_prints_the_table(folder, tmp_path, term):
    text = printed(folder, tmp_path, env={**os.environ, "TERM": term})
    assert f"TERM={term}" in text
    assert "| 412" in text
    assert "\x1b" not in text


def test_textual_serve_runs_the_app_despite_pipes(folder, tmp_path):
    """It runs the command with pipes; TEXTUAL_DRIVER says that the app is drawn elsewhere."""
    process = subprocess.Popen(
        [*COMMAND, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"},
    )
    with process:
        assert process.stdout.readline() == b"__GANGLION__\n"
        seen = b""
        while b"18 runs" not in seen:
            part = process.stdout.read1()
            assert part, seen
            seen += part
        order = b'{"type": "quit"}'
        process.stdin.write(b"M" + len(order).to_bytes(4, "big") + order)
        process.stdin.flush()
        process.stdout.read()
        assert process.wait(60) == 0
