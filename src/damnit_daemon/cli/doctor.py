"""`damnit-daemon doctor`: check a folder and suggest fixes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from .folder import FolderOption, chosen_folder

if TYPE_CHECKING:
    from ..paths import DamnitFolder
    from ..services.doctor import Finding


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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: FolderOption = None,
) -> None:
    """Check the folder and suggest fixes. Exit code 1 if there is an error."""
    from ..errors import DamnitError
    from ..services.doctor import Grade, check_folder
    from ..services.doctor import repair as repair_folder
    from .daemon_request import print_message

    damnit = chosen_folder(context, folder)
    if repair:
        try:
            for message in repair_folder(damnit):
                _show(f"+ {message}", err=as_json)
            if verify:
                _restore(damnit, err=as_json)
        except DamnitError as error:  # the checks below give details
            print_message(str(error))
    found = []
    for finding in check_folder(damnit, thorough=verify):
        found.append(finding)
        if not as_json:
            _show(f"{finding.grade.value} {finding.what}: {finding.text}")
            if finding.fix:
                _show(f"  → {finding.fix}")
    if as_json:
        typer.echo(json.dumps([finding_facts(finding) for finding in found], indent=1))
    if any(finding.grade is Grade.WRONG for finding in found):
        raise typer.Exit(1)


def finding_facts(finding: Finding) -> dict[str, str | None]:
    """Return a finding as plain data for programs; docs/commands.md describes the format."""
    return {
        "check": finding.what,
        "grade": finding.grade.word,
        "text": finding.text,
        "fix": finding.fix or None,
    }


def _restore(folder: DamnitFolder, *, err: bool) -> None:
    """Restore values with a progress bar on stderr, if it is a terminal."""
    import sys

    from ..services.doctor import restore

    messages: list[str] = []
    with typer.progressbar(length=1, label="results files", file=sys.stderr) as bar:
        for step in restore(folder):
            bar.length = step.total
            bar.update(1)
            messages.append(step.message)
    for line in filter(None, messages):
        _show(f"+ {line}", err=err)


def _show(text: str, *, err: bool = False) -> None:
    from ..model.sanitize import show_controls

    typer.echo(show_controls(text.replace("\n", "\n  ")), err=err)
