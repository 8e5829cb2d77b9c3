"""`damnit reprocess --dry-run`: what Slurm would be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..model import RunKey
    from ..paths import DamnitFolder


def tell_plan(
    folder: DamnitFolder, keys: Sequence[RunKey], executor: str | None, at_once: int | None
) -> None:
    """Print the commands; none where all runs on the daemon's machine.

    Raises:
        DamnitError: If the context file cannot be used, or Slurm cannot be asked.
    """
    from ..launch import RunnerProcess
    from ..services.cluster.planning import plan
    from ..services.context import context_python, require_usable
    from ..slurm import Executor, SlurmClient, slurm_settings
    from ..store import Database, load_settings

    with Database(folder.database).reading() as con:
        settings = slurm_settings(load_settings(con))
    wanted = Executor(executor) if executor else None
    client = SlurmClient()
    where = wanted or settings.executor
    if where is Executor.LOCAL or (where is Executor.AUTO and client.unusable()):
        return
    with RunnerProcess(folder, context_python(folder)) as runner:
        require_usable(runner.context)
        loaded = runner.context
    for what, command in plan(
        folder, keys, loaded, settings, client, executor=wanted, at_once=at_once
    ):
        typer.echo(f"{what}\n{command}")
