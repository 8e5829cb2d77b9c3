"""Preview of what would be submitted to Slurm."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence

from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.protocol import ContextLoaded
from ..slurm import (
    ExecutorSetting,
    SlurmClient,
    SlurmSettings,
    choose_resources,
    sbatch_command,
    task_batches,
)
from .array import submission
from .folder import FOLDER, SubmissionFolder

NAME = "SUBMISSION"
"""Placeholder for the name that a submission gets when it is made."""


def plan(
    folder: DamnitFolder,
    keys: Sequence[RunKey],
    loaded: ContextLoaded,
    settings: SlurmSettings,
    client: SlurmClient,
    *,
    data: str = "all",
    names: Mapping[RunKey, Collection[str]] | Collection[str] | None = None,
    match: Collection[str] = (),
    executor: ExecutorSetting | None = None,
    at_once: int | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield the jobs that go to Slurm, and the command that submits them, quoted for a shell.

    Args:
        folder: The DAMNIT folder.
        keys: The runs.
        loaded: The declarations of the context file.
        settings: Slurm settings of the folder.
        client: Queried for clusters and partitions; submits nothing.
        data: `raw`, `proc` or `all`: selects variables by the data they need.
        names: Exact names, of all runs or of each; None for all.
        match: Parts of titles.
        executor: Overrides the setting.
        at_once: Overrides the setting.

    Raises:
        SlurmError: If Slurm cannot be queried.
    """
    if not uses_slurm(settings, client, executor):
        return
    where = executor or settings.executor
    made = SubmissionFolder(folder.internals.absolute() / FOLDER / NAME)
    stages = (False, True) if where is ExecutorSetting.SLURM else (True,)
    for dedicated in stages:
        runs = [key for key in keys if _wants(loaded, key, data, names, match, cluster=dedicated)]
        if not runs:
            continue
        resources = choose_resources(settings, client, dedicated=dedicated)
        size = settings.runs_per_job
        tasks = [runs[first : first + size] for first in range(0, len(runs), size)]
        for batch in task_batches(len(tasks), client.describe().max_array_size):
            some = [tasks[number] for number in batch]
            limit = at_once or settings.concurrent_jobs
            command = sbatch_command(submission(made, folder.path, some, resources, limit))
            which = "with cluster=True" if dedicated else "without cluster=True"
            yield f"would submit variables {which} to Slurm:", shlex.join(command)


def uses_slurm(
    settings: SlurmSettings, client: SlurmClient, executor: ExecutorSetting | None = None
) -> bool:
    """Return True if any job may go to Slurm; `executor` overrides the setting."""
    where = executor or settings.executor
    return where is ExecutorSetting.SLURM or (
        where is ExecutorSetting.AUTO and not client.unusable()
    )


def _wants(
    loaded: ContextLoaded,
    key: RunKey,
    data: str,
    names: Mapping[RunKey, Collection[str]] | Collection[str] | None,
    match: Collection[str],
    *,
    cluster: bool,
) -> bool:
    """Return True if a run's selection includes variables of a stage."""
    of_run = names.get(key, ()) if isinstance(names, Mapping) else names
    chosen = None if of_run is None else tuple(of_run)
    return stage_has_variables(loaded, data, chosen, tuple(match), cluster=cluster)


def stage_has_variables(
    loaded: ContextLoaded,
    data: str,
    names: tuple[str, ...] | None,
    match: tuple[str, ...],
    *,
    cluster: bool,
) -> bool:
    """Return True if a selection includes variables of a stage.

    Args:
        loaded: The declarations of the context file.
        data: `raw`, `proc` or `all`: selects variables by the data they need.
        names: Exact names; None for all.
        match: Parts of titles; ignored with `names`.
        cluster: True for the stage of `cluster` variables, False for that of all others.
    """
    parts = [part.casefold() for part in match]
    return any(
        variable.cluster is cluster
        and data in ("all", variable.data)
        and (
            variable.name in names
            if names is not None
            else not parts or any(part in variable.title.casefold() for part in parts)
        )
        for variable in loaded.variables
    )
