"""What Slurm would be told, without telling it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from ...model import RunKey
from ...paths import DamnitFolder
from ...runner.protocol import ContextLoaded
from ...slurm import (
    Executor,
    SlurmClient,
    SlurmSettings,
    choose_resources,
    sbatch_command,
    task_batches,
)
from .submission import FOLDER, SubmissionFolder
from .submitter import submission

NAME = "SUBMISSION"
"""In place of the name that a submission gets when it is made."""


def plan(
    folder: DamnitFolder,
    keys: Sequence[RunKey],
    loaded: ContextLoaded,
    settings: SlurmSettings,
    client: SlurmClient,
    *,
    executor: Executor | None = None,
    at_once: int | None = None,
) -> Iterator[tuple[str, str]]:
    """Say which jobs go to Slurm, and the command that submits them, as a line for a shell.

    Args:
        folder: The DAMNIT folder.
        keys: The runs.
        loaded: What the context file declares.
        settings: Of the folder.
        client: Asked what there is; submits nothing.
        executor: In place of what is set.
        at_once: In place of what is set.

    Raises:
        SlurmError: If Slurm cannot be asked.
    """
    where = executor or settings.executor
    if where is Executor.LOCAL or (where is Executor.AUTO and client.unusable()):
        return
    stages = {variable.cluster for variable in loaded.variables}
    made = SubmissionFolder(folder.internals.absolute() / FOLDER / NAME)
    for dedicated in sorted(stages if where is Executor.SLURM else stages & {True}):
        resources = choose_resources(settings, client, dedicated=dedicated)
        size = settings.runs_per_job
        tasks = [keys[first : first + size] for first in range(0, len(keys), size)]
        for batch in task_batches(len(tasks), client.describe().max_array_size):
            some = [tasks[number] for number in batch]
            limit = at_once or settings.concurrent_jobs
            command = sbatch_command(submission(made, folder.path, some, resources, limit))
            which = "with cluster=True" if dedicated else "without cluster=True"
            yield f"variables {which} in Slurm, after:", shlex.join(command)
