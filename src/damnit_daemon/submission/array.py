"""Describe an array of jobs for submission to Slurm."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..model import RunKey
from ..slurm import Resources, Submission
from .folder import SubmissionFolder


def submission(
    folder: SubmissionFolder,
    working_folder: Path,
    tasks: Sequence[Sequence[RunKey]],
    resources: Resources,
    at_once: int,
) -> Submission:
    """Describe an array for submission, also for `reprocess --dry-run`.

    Args:
        folder: Folder that lists the jobs of the tasks.
        working_folder: Working directory of the tasks.
        tasks: The runs of each task.
        resources: Resources that each task requests.
        at_once: Maximum number of tasks that run at the same time.
    """
    first = tasks[0][0]
    run = f"r{first.run}-" if sum(map(len, tasks)) == 1 else ""
    return Submission(
        script=folder.script,
        job_name=f"{run}p{first.proposal}-damnit",
        comment=folder.comment,
        resources=resources,
        working_folder=working_folder.absolute(),
        output=folder.output_pattern,
        array_size=len(tasks),
        array_limit=at_once,
    )
