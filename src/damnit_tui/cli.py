"""The command `damnit-tui`.

Opening a folder is what it is started for, so that way is short: the options
are parsed by Typer, which is imported only when there are any.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError

if TYPE_CHECKING:
    from .session import Format, Session

DEMO = "demo"


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    folder: str | None = None
    read_only: bool = False
    lite: bool = False
    print_format: Format | None = None
    """Print the table in this format in place of opening the app."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if is_plain(given):
            run(Options(folder=given[0] if given else None))
        else:
            from .options import parse_and_run

            parse_and_run(given)
    except DamnitError as error:
        if "--debug" in given:
            raise
        print(f"damnit-tui: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def is_plain(arguments: Sequence[str]) -> bool:
    """Tell whether there is nothing but perhaps a folder or proposal number."""
    if len(arguments) > 1:
        return False
    return all(not word.startswith("-") and word != DEMO for word in arguments)


def run(options: Options) -> None:
    """Open the app, or print the table where nobody can see an app.

    Raises:
        DamnitError: If there is no such folder, or (printing) nothing to read.
    """
    from damnit_daemon.paths import locate_folder

    from .session import Session

    folder = locate_folder(options.folder)
    if not folder.database.exists() and not folder.context_file.exists():
        raise no_damnit_folder(folder.path)
    session = Session(folder, read_only=options.read_only)
    if options.print_format or not sys.stdout.isatty():
        print_table(session, options.print_format or "md")
    else:
        open_app(session, lite=options.lite)


def print_table(session: Session, format_name: Format) -> None:
    """Print the table; a reader that has seen enough (`head`) is no error."""
    text = session.export(format_name)
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Else Python complains once more when it flushes at its end.
        sys.stdout = None


def open_app(
    session: Session, *, lite: bool = False, at_end: Callable[[], None] = lambda: None
) -> None:
    """Open the app and stay in it.

    Args:
        session: The folder to show.
        lite: Spare a slow line.
        at_end: What must still be done if the terminal goes away.
    """
    session.prepare()
    from .app import DamnitApp

    app = DamnitApp(session, lite=lite, at_end=at_end)
    app.run()
    if app.return_code:
        raise SystemExit(app.return_code)


def no_damnit_folder(path: Path) -> DamnitError:
    """What to say of a folder that has nothing to do with DAMNIT."""
    return DamnitError(
        f"{path} is no DAMNIT folder: it has neither runs.sqlite nor context.py.",
        hint="Give one, or a proposal number; `damnit-tui demo` shows an example.",
    )
