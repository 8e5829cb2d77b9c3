"""`damnit-daemon cancel`: cancel jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from .folder import FolderOption, chosen_folder


def cancel(
    context: typer.Context,
    jobs: Annotated[
        list[int] | None,
        typer.Argument(metavar="JOB...", help="Job numbers, as listed by `damnit-daemon jobs`."),
    ] = None,
    run: Annotated[
        list[str] | None,
        typer.Option(
            "--run", metavar="N", help="All jobs of this run, or of a range such as 20-32."
        ),
    ] = None,
    proposal: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Proposal of --run; default: the folder's."),
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Cancel waiting or running jobs. Values computed so far are kept."""
    from ..ledger import CancelRequest
    from ..model import RunKey
    from ..run_ranges import parse_run_ranges
    from ..services.selection import current_proposal
    from .daemon_request import ask_and_wait, print_message

    if bool(jobs) == bool(run):
        raise typer.BadParameter("Give job numbers or --run.")
    damnit = chosen_folder(context, folder)
    if jobs:
        request = CancelRequest(jobs=tuple(jobs))
    else:
        try:
            numbers = parse_run_ranges(" ".join(run or ()))
        except ValueError as error:
            raise typer.BadParameter(f"{error}.") from None
        number = current_proposal(damnit) if proposal is None else proposal
        request = CancelRequest(runs=tuple(RunKey(number, n) for n in numbers))
    cancelled = ask_and_wait(damnit, request)
    if cancelled is None:
        return
    if cancelled:
        typer.echo(f"cancelled: {', '.join(map(str, cancelled))}")
    left = [job_id for job_id in jobs or () if job_id not in cancelled]
    if left or not cancelled:
        which = f": {', '.join(map(str, left))}" if left else ""
        print_message(f"no such waiting or running job{which}. See damnit-daemon jobs --all.")
        raise typer.Exit(1)
