"""What Slurm is given: the folder of a submission, the array's command, and what it would be."""

from .array import submission
from .folder import (
    SubmissionEntry,
    SubmissionFolder,
    highest_job_number,
    make_submission,
    remove_old,
    submissions,
)
from .preview import plan, uses_slurm, wants_cluster

__all__ = [
    "SubmissionEntry",
    "SubmissionFolder",
    "highest_job_number",
    "make_submission",
    "plan",
    "remove_old",
    "submission",
    "submissions",
    "uses_slurm",
    "wants_cluster",
]
