"""Decide who is new, and is shown the first keys."""

from __future__ import annotations

import os

VARIABLE = "DAMNIT_TUI_TOUR"
"""Set to `off` to disable the tips, for programs that drive the app."""


def record_first_use() -> bool:
    """Return True for a first-time user, once.

    It is recorded at once, so that the tips are shown only once even if the app crashes.
    """
    from ..state.storage import state_directory, write_json

    seen = state_directory() / "tour.json"
    try:
        if os.environ.get(VARIABLE) == "off" or seen.exists():
            return False
        write_json(seen, {"version": 1})
    except OSError:
        return False  # an unwritable home directory: else they would appear each time
    return True
