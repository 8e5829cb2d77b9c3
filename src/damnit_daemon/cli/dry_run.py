"""`damnit-daemon reprocess --dry-run`: the Slurm commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model import RunKey
    from ..paths import DamnitFolder


def print_plan(
    folder: DamnitFolder, keys: Sequence[RunKey], executor: str | None, **options: Any
) -> None:
    """Print the Slurm commands; none if everything runs on the daemon's machine.

    Args:
        folder: The DAMNIT folder.
        keys: The runs.
        executor: `local` or `slurm`; None for the folder's setting.
        options: The variables, and the number of runs at once: see `submission.plan`.

    Raises:
        DamnitError: If the context file is not usable, or Slurm does not respond.
    """
    from ..launch import RunnerProcess
    from ..services.context import context_python, require_usable
    from ..slurm import ExecutorSetting, SlurmClient, slurm_settings
    from ..store import Database, load_settings
    from ..submission import plan, uses_slurm

    with Database(folder.database).reading() as con:
        settings = slurm_settings(load_settings(con))
    chosen = ExecutorSetting(executor) if executor else None
    client = SlurmClient()
    if not uses_slurm(settings, client, chosen):
        return
    with RunnerProcess(folder, context_python(folder)) as runner:
        require_usable(runner.context)
        loaded = runner.context
    for what, command in plan(folder, keys, loaded, settings, client, executor=chosen, **options):
        typer.echo(f"{what}\n{command}")
