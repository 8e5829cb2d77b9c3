"""Who edits."""

from __future__ import annotations

import getpass
import os
import socket


def author_name() -> str:
    """`user@host`, for the journal."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # without a name in this container
        user = f"user {os.getuid()}"
    return f"{user}@{socket.gethostname()}"
