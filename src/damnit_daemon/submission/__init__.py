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
from .preview import plan, stage_has_variables, uses_slurm

__all__ = [
    "SubmissionEntry",
    "SubmissionFolder",
    "highest_job_number",
    "make_submission",
    "plan",
    "remove_old",
    "stage_has_variables",
    "submission",
    "submissions",
    "uses_slurm",
]
