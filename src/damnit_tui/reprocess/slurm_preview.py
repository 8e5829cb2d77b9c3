"""Preview the Slurm commands of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from damnit_daemon.slurm import ExecutorSetting, SlurmClient, slurm_settings
from damnit_daemon.store import Database, load_settings
from damnit_daemon.submission import plan as plan_submissions
from damnit_daemon.submission import uses_slurm

from ..sanitize import visible

if TYPE_CHECKING:
    from damnit_daemon.paths import DamnitFolder

    from ..data.dry_run import DryRun
    from .plan import Plan


def slurm_lines(plan: Plan, folder: DamnitFolder, trial: DryRun, text: str) -> tuple[str, ...]:
    """The commands that submit a plan's jobs, with the purpose of each; takes seconds.

    Args:
        plan: The plan.
        folder: The DAMNIT folder.
        trial: Loads the context file; cancelled once it is obsolete.
        text: The context file.

    Returns:
        Empty if nothing goes to Slurm.

    Raises:
        DamnitError: If the context file does not load, or Slurm cannot be asked.
    """
    with Database(folder.database).reading() as con:
        settings = slurm_settings(load_settings(con))
    client = SlurmClient()
    executor = ExecutorSetting(plan.executor) if plan.executor else None
    if not uses_slurm(settings, client, executor):
        return ()
    found = plan_submissions(
        folder,
        list(plan.runs),
        trial.check(text),
        settings,
        client,
        data=plan.data,
        names=plan.names_by_run or plan.variables,
        executor=executor,
    )
    return tuple(visible(line) for commands in found for line in commands)
