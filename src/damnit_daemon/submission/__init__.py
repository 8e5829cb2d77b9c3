"""Submissions to Slurm: the folder of a submission, its array job and its preview."""

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
