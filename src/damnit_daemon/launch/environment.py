"""The environment variables that the user's Python starts with. Pure."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..own_python import absolute_entries
from .bundle import PACKAGE, Bundle

FALLBACK_VARIABLE = "DAMNIT_FALLBACK_PATH"
"""The runner appends its value to `sys.path`, where `PYTHONPATH` cannot reach."""

DROPPED = (
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONEXECUTABLE",
    "PYTHONSAFEPATH",  # helper modules lie beside the context file
    "__PYVENV_LAUNCHER__",
    "VIRTUAL_ENV",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "LD_PRELOAD",
)
DROPPED_PREFIXES = ("SLURM_ARRAY_",)


def user_environment(
    base: Mapping[str, str],
    bundle: Bundle,
    *,
    ours: Iterable[Path] | None = None,
) -> dict[str, str]:
    """Make the environment for the user's Python from our own.

    Args:
        base: Our own environment, normally `os.environ`.
        bundle: What travels into the user's Python.
        ours: Folders whose modules must not be seen there. Default: those of our
            Python and of our own installation.
    """
    kept = {
        name: value
        for name, value in base.items()
        if name not in DROPPED and not name.startswith(DROPPED_PREFIXES)
    }
    users = _without(base.get("PYTHONPATH", ""), our_folders() if ours is None else ours)
    kept["PYTHONPATH"] = os.pathsep.join([str(bundle.runner), *users])
    kept[FALLBACK_VARIABLE] = str(bundle.fallback)
    kept["MPLBACKEND"] = "Agg"
    # A crash leaves the user's Python stack in the log; a µ never breaks a print.
    kept.setdefault("PYTHONFAULTHANDLER", "1")
    kept.setdefault("PYTHONIOENCODING", "utf-8:backslashreplace")
    return kept


def our_folders() -> list[Path]:
    """Where our own modules are found: this Python's, and this installation's."""
    return [Path(sys.prefix), Path(sys.base_prefix), PACKAGE.parent, PACKAGE.parent.parent]


def _without(search_path: str, folders: Iterable[Path]) -> list[str]:
    """Drop entries that are one of the folders, or its site-packages, and relative ones."""
    folders = [folder.resolve() for folder in folders]
    return [
        entry
        for entry in absolute_entries(search_path)
        if not any(_is_of(Path(entry).resolve(), folder) for folder in folders)
    ]


def _is_of(entry: Path, folder: Path) -> bool:
    inside = entry.is_relative_to(folder) and "site-packages" in entry.parts
    return entry == folder or inside
