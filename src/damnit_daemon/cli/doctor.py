"""`damnit doctor`: check a folder and suggest fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .folder import FolderOption, chosen_folder

if TYPE_CHECKING:
    from ..paths import DamnitFolder


def doctor(
    context: typer.Context,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Migrate an old database and combine pending fragments; with --verify, also "
            "restore values missing from the database.",
        ),
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Also compare results files with the database.")
    ] = False,
    folder: FolderOption = None,
) -> None:
    """Check the folder and suggest fixes. Exit code 1 if there is an error."""
    from ..errors import DamnitError
    from ..services.doctor import Grade, check_folder
    from ..services.doctor import repair as mend
    from .daemon_request import print_message

    damnit = chosen_folder(context, folder)
    if repair:
        try:
            for done in mend(damnit):
                _show(f"+ {done}")
            if verify:
                _restore(damnit)
        except DamnitError as error:  # the checks below give details
            print_message(str(error))
    is_well = True
    for finding in check_folder(damnit, thorough=verify):
        _show(f"{finding.grade.value} {finding.what}: {finding.text}")
        if finding.fix:
            _show(f"  → {finding.fix}")
        is_well = is_well and finding.grade is not Grade.WRONG
    if not is_well:
        raise typer.Exit(1)


def _restore(folder: DamnitFolder) -> None:
    """Restore values with a progress bar on stderr, if it is a terminal."""
    import sys

    from ..services.doctor import restore

    message: list[str] = []
    with typer.progressbar(length=1, label="results files", file=sys.stderr) as bar:
        for step in restore(folder):
            bar.length = step.total
            bar.update(1)
            message.append(step.message)
    for line in filter(None, message):
        _show(f"+ {line}")


def _show(text: str) -> None:
    from ..model.sanitize import show_controls

    typer.echo(show_controls(text.replace("\n", "\n  ")))
