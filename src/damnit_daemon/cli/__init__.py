"""The command line of the daemon: `damnit-daemon`, also installed as `damnit`."""

from __future__ import annotations

import sys

from ..errors import DamnitError


def main() -> None:
    """Run a command; user errors print one message on stderr and exit with code 1."""
    from .app import app

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without UTF-8 shows µ as \xb5
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except (DamnitError, PermissionError) as error:
        if "--debug" in sys.argv[1:]:
            raise
        from ..model.sanitize import show_controls

        message = str(error)
        if isinstance(error, PermissionError):
            message = f"Cannot access {error.filename or 'a file'}: {error.strerror}."
        print(show_controls(f"damnit: {message}"), file=sys.stderr)
        sys.exit(1)
