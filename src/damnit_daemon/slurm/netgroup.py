"""Netgroup membership, which only the C library can look up."""

from __future__ import annotations

import ctypes


def in_netgroup(group: str, user: str) -> bool:
    """Call `innetgr(3)`; False where it does not exist or cannot answer."""
    try:
        ask = ctypes.CDLL(None).innetgr
    except (OSError, AttributeError):
        return False
    ask.argtypes = [ctypes.c_char_p] * 4
    ask.restype = ctypes.c_int
    return bool(ask(group.encode(), None, user.encode(), None))
