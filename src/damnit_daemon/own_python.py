"""Run the program's own modules in its own Python, importing only installed code."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SAFE_DIRECTORY = "/"
"""Working directory for processes that need none: Matplotlib reads a `matplotlibrc` in it."""


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module; `-P` keeps the working directory off `sys.path`."""
    return [sys.executable, "-P", "-m", module, *arguments]


def own_environment() -> dict[str, str]:
    """Return the environment without relative entries in `PYTHONPATH`.

    An empty entry, left by a shell in `:/opt/modules`, means the working directory.
    """
    environment = dict(os.environ)
    if (search_path := environment.get("PYTHONPATH")) is not None:
        environment["PYTHONPATH"] = os.pathsep.join(absolute_entries(search_path))
    return environment


def absolute_entries(search_path: str) -> list[str]:
    """Return the entries of a search path that do not depend on the working directory."""
    return [entry for entry in search_path.split(os.pathsep) if Path(entry).is_absolute()]
