"""A real terminal without a window: tmux, on a server of its own."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

LOOK_S = 0.1


class Terminal:
    """One command in a terminal; ends with it."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], cwd: Path, size=(130, 30)
    ) -> None:
        self._server = f"test-{uuid4().hex[:12]}"
        self._status = cwd / f"{self._server}.status"
        # Readline, which pytest imports, sets these behind Python's back.
        sizeless = ["env", "-u", "COLUMNS", "-u", "LINES"]
        line = shlex.join([*sizeless, *(f"{k}={v}" for k, v in environ.items()), *command])
        width, height = map(str, size)
        place = ["-x", width, "-y", height, "-c", str(cwd)]
        told = f"{line}; echo $? > {shlex.quote(str(self._status))}"
        self._tmux("-f", "/dev/null", "new-session", "-d", *place, told)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._tmux("kill-server", check=False)

    def screen(self) -> str:
        """What is to be seen now."""
        return self._tmux("capture-pane", "-p", check=False)

    def press(self, key: str) -> None:
        self._tmux("send-keys", key)

    def write(self, data: str) -> None:
        """Print on the terminal what another program would."""
        Path(self._tmux("display", "-p", "#{pane_tty}").strip()).write_text(data)

    def modes(self) -> dict[str, str]:
        """Modes of the terminal that programs set."""
        names = ("alternate_on", "mouse_all_flag", "mouse_sgr_flag", "cursor_flag", "wrap_flag")
        values = self._tmux("display", "-p", " ".join(f"#{{{name}}}" for name in names))
        return dict(zip(names, values.split(), strict=True))

    def paste(self, text: str) -> None:
        """Paste text; in brackets if the program asked for them."""
        self._tmux("set-buffer", text)
        self._tmux("paste-buffer", "-p")

    def wait_for(self, condition: Callable[[str], object], *, timeout_s: float = 100) -> str:
        """The screen, as soon as it is as wanted."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            screen = self.screen()
            if condition(screen):
                return screen
            assert not self._status.exists(), f"the command ended with {self._status.read_text()}"
            time.sleep(LOOK_S)
        raise AssertionError(f"that was never to be seen, but at last:\n{screen}")

    def exit_code(self, *, timeout_s: float = 60) -> int:
        """Wait for the command to end."""
        deadline = time.monotonic() + timeout_s
        while not (self._status.exists() and (text := self._status.read_text())):
            assert time.monotonic() < deadline, f"it does not end:\n{self.screen()}"
            time.sleep(LOOK_S)
        return int(text)

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        command = ["tmux", "-L", self._server, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout


def need_tmux() -> None:
    """Skip what cannot be done without."""
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux")
