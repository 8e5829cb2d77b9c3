"""Submit jobs to Slurm, many at once, and never the same twice."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...errors import DamnitError
from ...launch import place_bundle
from ...ledger import JobOptions
from ...paths import DamnitFolder
from ...runner import protocol
from ...slurm import (
    Resources,
    SlurmClient,
    SlurmDown,
    SlurmId,
    SlurmSettings,
    SubmissionRefused,
    SubmissionUnclear,
    choose_resources,
    task_batches,
)
from ...submission import SubmissionEntry, SubmissionFolder, make_submission, submission
from ..context import context_python, may_fork
from ..parameters import parameters_of_runs
from .commands import QueuedJob
from .limits import own_limits
from .tracked_job import runner_job_id

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Submitted:
    """An array that Slurm has; or may have, if its id is unknown."""

    folder: SubmissionFolder
    tasks: tuple[tuple[QueuedJob, ...], ...]
    resources: Resources
    slurm_id: SlurmId | None


class Submitter:
    """Groups jobs into arrays and submits them."""

    def __init__(self, folder: DamnitFolder, client: SlurmClient) -> None:
        self._folder = folder
        self._client = client

    def plan(
        self, jobs: Sequence[QueuedJob], settings: SlurmSettings
    ) -> Iterator[tuple[tuple[tuple[QueuedJob, ...], ...], Resources]]:
        """Group jobs with the same resources into arrays, with several jobs to a task.

        Raises:
            SlurmError: If Slurm's configuration cannot be queried.
        """
        groups: dict[tuple[bool, JobOptions], list[QueuedJob]] = {}
        for job in jobs:
            groups.setdefault((job.is_dedicated, job.options), []).append(job)
        largest = self._client.describe().max_array_size
        for (is_dedicated, options), group in groups.items():
            usual = choose_resources(settings, self._client, dedicated=is_dedicated)
            resources = usual.with_limits(options.memory, options.time)
            size = settings.runs_per_job
            tasks = [tuple(group[i : i + size]) for i in range(0, len(group), size)]
            for batch in task_batches(len(tasks), largest):
                yield tuple(tasks[i] for i in batch), resources

    def submit(
        self,
        tasks: tuple[tuple[QueuedJob, ...], ...],
        resources: Resources,
        settings: SlurmSettings,
    ) -> Submitted:
        """Submit an array to Slurm.

        Returns:
            The array; without an id if Slurm's response was lost (see `find_submission`).

        Raises:
            SlurmDown: If Slurm does not respond; nothing was submitted.
            SubmissionRefused: If Slurm rejects it; nothing was submitted.
            DamnitError: If the folder is not writable, or has no usable Python.
        """
        python = context_python(self._folder)
        bundle = place_bundle(self._folder)
        keys = {queued.job.run_key for task in tasks for queued in task}
        own = parameters_of_runs(self._folder, keys)
        entries = [
            [_entry(queued, resources, len(task), own[queued.job.run_key]) for queued in task]
            for task in tasks
        ]
        try:
            forks = may_fork(self._folder)
            folder = make_submission(self._folder, entries, python, bundle, forks=forks)
        except OSError as error:
            raise DamnitError(
                f"{self._folder.internals} cannot be written: {error.strerror}."
            ) from error
        runs = [[queued.job.run_key for queued in task] for task in tasks]
        at_once = tasks[0][0].options.at_once or settings.concurrent_jobs
        try:
            slurm_id = self._client.submit(
                submission(folder, self._folder.path, runs, resources, at_once)
            )
        except SubmissionUnclear:
            return Submitted(folder, tasks, resources, None)
        except SubmissionRefused:
            try:
                found = self._find(folder, resources.clusters)
            except SlurmDown:
                return Submitted(folder, tasks, resources, None)
            if found is None:
                folder.remove()
                raise
            slurm_id = found  # sbatch, or a wrapper around it, failed after it had submitted
        except BaseException:
            folder.remove()
            raise
        _note(folder, slurm_id)
        return Submitted(folder, tasks, resources, slurm_id)

    def find_submission(self, folder: SubmissionFolder, clusters: str = "") -> SlurmId | None:
        """Return the id of an array in Slurm; None if Slurm does not have it, and never will.

        The recorded id is valid if Slurm has that job with the submission's comment, or has
        forgotten it: then the files in the folder show how it ended.

        Raises:
            SlurmDown: If that cannot be determined now.
        """
        slurm_id = folder.load_id()
        is_ours = slurm_id is not None and self._client.belongs_to(slurm_id, folder.comment)
        if slurm_id is not None and is_ours:
            return slurm_id
        found = self._find(folder, clusters)
        if found is None and is_ours is None:
            return slurm_id
        if slurm_id is not None:
            log.warning("Slurm's job %s is not that of %s: ignored", slurm_id, folder.path)
        if found is None:
            _revoke(folder)
            found = self._find(folder, clusters)  # it may have arrived meanwhile
        if found is not None:
            _note(folder, found)
        return found

    def _find(self, folder: SubmissionFolder, clusters: str) -> SlurmId | None:
        return self._client.find_by_comment(folder.comment, filter(None, clusters.split(",")))


def _entry(
    queued: QueuedJob, resources: Resources, jobs: int, own: Mapping[str, object]
) -> SubmissionEntry:
    job = queued.job
    memory_bytes, time_s = own_limits(resources, jobs)
    runner_job = protocol.RunnerJob(
        runner_job_id(job),
        *job.run_key,
        data=job.data,
        variables=None if job.variables is None else list(job.variables),
        match=list(job.match),
        cluster=queued.is_dedicated,
        memory_bytes=memory_bytes,
        time_s=time_s,
        parameters={**own, **dict(queued.options.parameters)},
        number=job.id,
    )
    return SubmissionEntry(job.id, job.attempt, 0, runner_job)


def _note(folder: SubmissionFolder, slurm_id: SlurmId) -> None:
    try:
        folder.save_id(slurm_id)
    except OSError:  # the comment still identifies it
        pass


def _revoke(folder: SubmissionFolder) -> None:
    try:
        folder.revoke()
    except OSError as error:
        raise SlurmDown(f"{folder.path} cannot be written: {error.strerror}.") from error
