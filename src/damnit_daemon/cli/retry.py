"""`damnit-daemon retry`: rerun finished jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from ..settings import parse_setting
from .folder import FolderOption, chosen_folder


def retry(
    context: typer.Context,
    jobs: Annotated[
        list[int] | None,
        typer.Argument(metavar="JOB...", help="Job numbers, as listed by `damnit-daemon jobs`."),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="All failed jobs that have not succeeded since.")
    ] = False,
    mem: Annotated[
        str | None,
        typer.Option(metavar="50G", help="Memory limit for these jobs; default: the setting."),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="04:00:00", help="Time limit for these jobs; default: the setting."),
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Rerun finished jobs. For failed variables use `reprocess all --failed`."""
    from ..ledger import JobOptions, Ledger, RetryRequest, load_jobs, still_failed
    from .daemon_request import ask_and_wait, print_message

    if bool(jobs) == failed:
        raise typer.BadParameter("Give job numbers or --failed.")
    options = JobOptions(
        "" if mem is None else str(parse_setting("noncluster_mem", mem)),
        "" if time is None else str(parse_setting("slurm_time", time)),
    )
    damnit = chosen_folder(context, folder)
    numbers = jobs or []
    if failed:
        with Ledger(damnit.ledger).reading() as con:
            numbers = [job.id for job in still_failed(load_jobs(con))]
        if not numbers:
            typer.echo("no failed jobs")
            return
    queued = ask_and_wait(damnit, RetryRequest(tuple(numbers), options=options))
    if queued is None:
        return
    if queued:
        typer.echo(f"queued: {', '.join(map(str, queued))}")
    if len(queued) < len(set(numbers)):
        print_message(
            "some of these jobs are unknown or have not finished. See damnit-daemon jobs --all."
        )
        raise typer.Exit(1)
