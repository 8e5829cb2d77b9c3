"""The app: global options, and one file per command."""

from __future__ import annotations

from typing import Annotated

import typer

from . import (
    cancel,
    combine,
    db_config,
    doctor,
    export,
    jobs,
    logs,
    new_id,
    proposal,
    read_context,
    reprocess,
    retry,
    run,
    status,
    supervision,
    timings,
)
from .folder import FolderOption, save_recent_folder

app = typer.Typer(
    name="damnit-daemon",
    help="Process runs of European XFEL experiments, and look after their DAMNIT folder.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # faster, and the same in every terminal
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"damnit-daemon {__version__}")
        raise typer.Exit


@app.callback()
def set_up(
    context: typer.Context,
    folder: FolderOption = None,
    debug: Annotated[  # noqa: ARG001 – looked up in `main`, which sees errors last
        bool, typer.Option("--debug", help="Show where an error comes from.")
    ] = False,
    version: Annotated[  # noqa: ARG001 – done by its callback
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show version and exit."
        ),
    ] = False,
) -> None:
    """Process runs of European XFEL experiments, and look after their DAMNIT folder."""
    save_recent_folder(context, folder)


app.command("proposal")(proposal.proposal)
app.command("db-config")(db_config.db_config)
app.command("new-id")(new_id.new_id)
app.command("read-context")(read_context.read_context)
app.command("reprocess")(reprocess.reprocess)
app.command("start")(supervision.start)
app.command("stop")(supervision.stop)
app.command("restart")(supervision.restart)
app.command("status")(status.status)
app.command("logs")(logs.logs)
app.command("jobs")(jobs.jobs)
app.command("cancel")(cancel.cancel)
app.command("retry")(retry.retry)
app.command("timings")(timings.timings)
app.command("doctor")(doctor.doctor)
app.command("combine")(combine.combine)
app.command("export")(export.export)
app.command("run")(run.run)
