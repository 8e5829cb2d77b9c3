"""The user of this process, as the author of edits, requests, locks and jobs."""

from __future__ import annotations

import getpass
import os
import socket


def user_name() -> str:
    """Return the login name; `user 1000` where there is none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def author_name() -> str:
    """Return `user@host` for the journal."""
    return f"{user_name()}@{socket.gethostname()}"
