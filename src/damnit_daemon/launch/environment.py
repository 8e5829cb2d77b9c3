"""Environment variables for the user's Python. Pure."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..own_python import absolute_entries
from .bundle import PACKAGE, Bundle

FALLBACK_VARIABLE = "DAMNIT_FALLBACK_PATH"
"""The runner appends its value to the end of `sys.path`, which `PYTHONPATH` cannot do."""

DROPPED = (
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONEXECUTABLE",
    "PYTHONSAFEPATH",  # helper modules are next to the context file
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
    """Make the environment for the user's Python from the daemon's.

    Args:
        base: The daemon's environment, normally `os.environ`.
        bundle: The code that is shipped to the user's Python.
        ours: Folders whose modules must not be visible there. Default: those of the
            daemon's Python and installation.
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
    # A crash leaves the user's stack in the log; a µ never breaks a print.
    kept.setdefault("PYTHONFAULTHANDLER", "1")
    kept.setdefault("PYTHONIOENCODING", "utf-8:backslashreplace")
    return kept


def our_folders() -> list[Path]:
    """Return the folders of the daemon's own modules: this Python's and this installation's."""
    return [Path(sys.prefix), Path(sys.base_prefix), PACKAGE.parent, PACKAGE.parent.parent]


def _without(search_path: str, folders: Iterable[Path]) -> list[str]:
    """Drop relative entries, the folders, and their site-packages."""
    folders = [folder.resolve() for folder in folders]
    return [
        entry
        for entry in absolute_entries(search_path)
        if not any(_is_of(Path(entry).resolve(), folder) for folder in folders)
    ]


def _is_of(entry: Path, folder: Path) -> bool:
    inside = entry.is_relative_to(folder) and "site-packages" in entry.parts
    return entry == folder or inside
