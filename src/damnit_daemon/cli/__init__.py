"""The command line of the daemon: `damnit-daemon`, also installed as `damnit`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from ..errors import DamnitError

COMMAND = "damnit"
"""A command that DAMNIT installs, too; also the name of its package."""


def damnit() -> None:
    """Run the command `damnit`: DAMNIT's own if it is installed in the same environment.

    Both packages then install a file of this name, and the later one wins. With this, the name
    means DAMNIT in either case.
    """
    if find_spec(COMMAND) is None:
        return main()
    from importlib import metadata  # takes as long as a quick command

    try:
        theirs = metadata.distribution(COMMAND)
    except metadata.PackageNotFoundError:
        return main()
    for entry in theirs.entry_points:
        if (entry.group, entry.name) == ("console_scripts", COMMAND):
            sys.exit(entry.load()())
    return main()


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
