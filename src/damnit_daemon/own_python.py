"""Processes of our own, in our Python: they import what is installed, and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SAFE_DIRECTORY = "/"
"""For a process that needs none: Matplotlib reads a `matplotlibrc` of its working directory."""


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours; `-P` keeps the working directory out of it."""
    return [sys.executable, "-P", "-m", module, *arguments]


def own_environment() -> dict[str, str]:
    """Our environment without relative entries of `PYTHONPATH`.

    An empty entry, as a shell leaves in `:/opt/modules`, stands for the working directory.
    """
    environment = dict(os.environ)
    if (search_path := environment.get("PYTHONPATH")) is not None:
        environment["PYTHONPATH"] = os.pathsep.join(absolute_entries(search_path))
    return environment


def absolute_entries(search_path: str) -> list[str]:
    """The entries of a search path that mean the same wherever one is."""
    return [entry for entry in search_path.split(os.pathsep) if Path(entry).is_absolute()]
