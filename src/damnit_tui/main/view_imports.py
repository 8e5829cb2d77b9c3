"""Import NumPy and what draws data without delaying any key: users may never need it."""

from __future__ import annotations

import asyncio
import importlib
import sys

NEEDED = ("damnit_tui.viewer.screen", "numpy")


def are_imported() -> bool:
    """Return True if views of data can be opened at once."""
    return sys.modules.keys() >= set(NEEDED)


def import_views() -> None:
    """Import the modules; for workers."""
    for name in NEEDED:
        importlib.import_module(name)


async def views_imported() -> None:
    """Wait until the modules are imported."""
    if not are_imported():
        await asyncio.to_thread(import_views)
