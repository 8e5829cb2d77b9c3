"""The command `damnit-tui`.

Opening a folder is the main use, so that path is short: the options are parsed by Typer, which is
imported only when there are any.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from damnit_daemon.errors import DamnitError

from .startup import COMPLETION, DEMO, SERVE, Options, run


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    # Modules and widgets are there to stay: scanning them for garbage costs more than a tenth of
    # the startup time. Opening the app enables it again after the first paint.
    gc.disable()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if is_plain(words) and COMPLETION not in os.environ:
            run(Options(folder=words[0] if words else None))
        else:
            from .cli_options import parse_and_run

            parse_and_run(words)
    except DamnitError as error:
        if "--debug" in words:
            raise
        print(f"damnit-tui: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def is_plain(arguments: Sequence[str]) -> bool:
    """Return True if there is at most one argument, a folder or proposal number."""
    if len(arguments) > 1:
        return False
    return all(not word.startswith("-") and word not in (DEMO, SERVE) for word in arguments)
