"""DAMNIT, run as a program in an environment of its own, beside ours."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..results import environment, run_command, wall_time_s

WINDOW = Path(__file__).with_name("window.py")


class WindowTimes(NamedTuple):
    """Measurements of its window."""

    painted_s: float
    memory_mb: float
    update_s: float
    """To show the values of a whole run."""
    filter_s: float


class Peer:
    """The reference.

    Args:
        python: The Python that has it.
        data_root: Where proposals are.
        home: Its home directory, so that the user's settings are neither read nor written.
    """

    def __init__(self, python: str, data_root: Path, home: Path) -> None:
        self.python = python
        home.mkdir(exist_ok=True)
        given = environment(
            AMORE_BROKER="none",
            XFEL_DATA_ROOT=str(data_root),
            EXTRA_DATA_DATA_ROOT=str(data_root),
            HOME=str(home),
            MPLBACKEND="Agg",
            QT_QPA_PLATFORM="offscreen",
        )
        # Nothing of our own Python may reach it.
        own = ("PYTHON", "VIRTUAL_ENV")
        self.environment = {k: v for k, v in given.items() if not k.startswith(own)}

    def make_folder(self, folder: Path, context: str, proposal: int) -> Path:
        """Create a DAMNIT folder with a context file."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._damnit("init", str(folder), "--proposal", str(proposal), cwd=folder.parent)
        self._damnit("db-config", "context_python", self.python, cwd=folder)
        (folder / "context.py").write_text(context)
        return folder

    def timed(self, folder: Path, *arguments: str) -> Callable[[], float]:
        """Return a case that measures a command in a folder."""
        command = [self.python, "-m", "damnit.cli", *arguments]
        return lambda: wall_time_s(command, self.environment, folder)

    def script(self, code: str, *arguments: str) -> list[str]:
        """Return the command that runs code in its Python."""
        return [self.python, "-W", "ignore", "-c", code, *arguments]

    def why_no_window(self) -> str:
        """Explain why its window cannot be measured; empty if it can."""
        done = subprocess.run(
            [self.python, "-c", "import PyQt6.QtWidgets, damnit.gui.main_window"],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""

    def window(self, folder: Path) -> WindowTimes:
        """Measure its window on a folder."""
        command = [self.python, "-W", "ignore", str(WINDOW), str(folder), str(time.time())]
        printed = run_command(command, self.environment, folder)
        return WindowTimes(**json.loads(printed.splitlines()[-1]))

    def _damnit(self, *arguments: str, cwd: Path) -> None:
        run_command([self.python, "-m", "damnit.cli", *arguments], self.environment, cwd)
