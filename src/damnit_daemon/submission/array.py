"""How an array of jobs is put to Slurm."""

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
    """How an array is put to Slurm; what `reprocess --dry-run` shows.

    Args:
        folder: With what the tasks have to do.
        working_folder: Where they run.
        tasks: The runs of each.
        resources: What each asks for.
        at_once: How many may run at the same time.
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
