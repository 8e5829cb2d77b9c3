"""The app: global options, and one file per command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup

from . import (
    alerts,
    cancel,
    combine,
    db_config,
    doctor,
    export,
    gui,
    history,
    jobs,
    label,
    logs,
    migrate,
    new_id,
    param,
    proposal,
    read_context,
    rehearse,
    reprocess,
    retry,
    run,
    status,
    supervision,
    timings,
)
from .folder import FolderOption, save_recent_folder

IN_DAMNIT = {
    "combiner": "damnit-daemon combine",
    "listen": "damnit-daemon start",
    "listener": "damnit-daemon start",
}
"""Commands of DAMNIT that have another name here, and other arguments."""
SAME_AS = {"init": "proposal"}
"""Commands of DAMNIT that have another name here, and the same arguments."""


class Commands(TyperGroup):
    """The commands; names from DAMNIT lead to those of ours."""

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        """Return a command; None if there is none."""
        if cmd_name in IN_DAMNIT:
            ctx.fail(f"{cmd_name!r} is DAMNIT's command. Use {IN_DAMNIT[cmd_name]}.")
        return super().get_command(ctx, SAME_AS.get(cmd_name, cmd_name))  # type: ignore[return-value]


app = typer.Typer(
    name="damnit-daemon",
    cls=Commands,
    help="Process runs of European XFEL experiments and manage their DAMNIT folder.",
    epilog="To begin: `damnit-daemon proposal NUMBER` creates a folder, and `damnit-daemon start` "
    "processes its runs. A simulated experiment: damnit-tui demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # faster, and the same in every terminal
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(is_set: bool) -> None:
    if is_set:
        from .. import __version__

        typer.echo(f"damnit-daemon {__version__}")
        raise typer.Exit


@app.callback()
def set_up(
    context: typer.Context,
    folder: FolderOption = None,
    debug: Annotated[  # noqa: ARG001 – looked up in `main`, which sees errors last
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
    version: Annotated[  # noqa: ARG001 – done by its callback
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show version and exit."
        ),
    ] = False,
) -> None:
    """Process runs of European XFEL experiments and manage their DAMNIT folder."""
    save_recent_folder(context, folder)


def _add(name: str, command: Callable[..., None], example: str) -> None:
    """Add a command whose help ends with an example."""
    app.command(name, epilog=f"Example: damnit-daemon {example}")(command)


_add("proposal", proposal.proposal, "proposal 1234 --like 1230")
_add("db-config", db_config.db_config, "db-config slurm_time 02:00:00")
_add("migrate", migrate.migrate, "migrate --in 1234")
_add("new-id", new_id.new_id, "new-id --in copy/")
_add("read-context", read_context.read_context, "read-context --check")
_add("param", param.param, "param threshold 2.5")
_add("reprocess", reprocess.reprocess, "reprocess 20-32 --var n_trains --watch")
_add("start", supervision.start, "start --trigger watch")
_add("stop", supervision.stop, "stop --in 1234")
_add("restart", supervision.restart, "restart --trigger both --broker exflwgs06:9091")
_add("status", status.status, "status --json")
_add("logs", logs.logs, "logs -f")
_add("jobs", jobs.jobs, "jobs -n 50")
_add("cancel", cancel.cancel, "cancel --run 20-32")
_add("retry", retry.retry, "retry 12 --mem 50G")
_add("timings", timings.timings, "timings --in 1234")
_add("doctor", doctor.doctor, "doctor --verify --repair")
_add("combine", combine.combine, "combine --in 1234")
_add("export", export.export, "export -o runs.html --filter 'xgm > 500' --follow")
_add("label", label.label, "label 20-32 bad sample-7")
_add("alerts", alerts.alerts, "alerts --acknowledge 20-32")
_add("rehearse", rehearse.rehearse, "rehearse 1230 --speed 20 --context new_context.py --remove")
_add("history", history.history, "history 42 xgm --restore 1")
_add("run", run.run, "run --in 1234")
_add("gui", gui.gui, "gui 1234")
