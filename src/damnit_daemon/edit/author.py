"""The author of an edit."""

from __future__ import annotations

import getpass
import os
import socket


def author_name() -> str:
    """Return `user@host` for the journal."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # no user name in this container
        user = f"user {os.getuid()}"
    return f"{user}@{socket.gethostname()}"
