"""`damnit cancel`: cancel jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from .folder import FolderOption, chosen_folder


def cancel(
    context: typer.Context,
    jobs: Annotated[
        list[int] | None, typer.Argument(metavar="JOB...", help="Numbers, as in `damnit jobs`.")
    ] = None,
    run: Annotated[
        list[str] | None, typer.Option("--run", metavar="N", help="All jobs of it; or 20-32.")
    ] = None,
    proposal: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Of --run; default: the folder's own.")
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Cancel jobs that wait or run; what they have computed is kept."""
    from ..ledger import CancelRequest
    from ..model import RunKey
    from ..run_ranges import parse_run_ranges
    from ..services.selection import current_proposal
    from .daemon_request import ask_and_wait, print_message

    if bool(jobs) == bool(run):
        raise typer.BadParameter("Give numbers of jobs, or --run.")
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
        which = f"job {', '.join(map(str, left))}" if left else "none of its jobs"
        print_message(f"{which}: there is no such job that waits or runs. See damnit jobs --all.")
        raise typer.Exit(1)
