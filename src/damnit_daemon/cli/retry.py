"""`damnit retry`: the same jobs once more."""

from __future__ import annotations

from typing import Annotated

import typer

from ..settings import parse_setting
from .folder import FolderOption, chosen_folder


def retry(
    context: typer.Context,
    jobs: Annotated[
        list[int] | None, typer.Argument(metavar="JOB...", help="Numbers, as in `damnit jobs`.")
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="All jobs that failed, and were not done since.")
    ] = False,
    mem: Annotated[
        str | None, typer.Option(metavar="50G", help="Memory for these, in place of what is set.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(metavar="04:00:00", help="Time limit for these.")
    ] = None,
    folder: FolderOption = None,
) -> None:
    """Do jobs once more that are over. For variables that failed: `reprocess all --failed`."""
    from ..ledger import Ledger, RequestKind, load_jobs, still_failed
    from .requesting import ask_and_wait, tell

    if bool(jobs) == failed:
        raise typer.BadParameter("Give numbers of jobs, or --failed.")
    wishes = {
        name: parse_setting(key, text)
        for name, key, text in (("memory", "noncluster_mem", mem), ("time", "slurm_time", time))
        if text is not None
    }
    damnit = chosen_folder(context, folder)
    wanted = jobs or []
    if failed:
        with Ledger(damnit.ledger).reading() as con:
            wanted = [job.id for job in still_failed(load_jobs(con))]
        if not wanted:
            typer.echo("no job failed")
            return
    queued = ask_and_wait(damnit, RequestKind.RETRY, {"jobs": wanted, **wishes})
    if queued is None:
        return
    if queued:
        typer.echo(f"queued: {', '.join(map(str, queued))}")
    if len(queued) < len(set(wanted)):
        tell("some of these jobs are not over, or unknown. See damnit jobs --all.")
        raise typer.Exit(1)
