"""Whether a user is in a netgroup, which only the C library knows."""

from __future__ import annotations

import ctypes


def in_netgroup(group: str, user: str) -> bool:
    """Ask `innetgr(3)`; False where it does not exist or cannot tell."""
    try:
        ask = ctypes.CDLL(None).innetgr
    except (OSError, AttributeError):
        return False
    ask.argtypes = [ctypes.c_char_p] * 4
    ask.restype = ctypes.c_int
    return bool(ask(group.encode(), None, user.encode(), None))
