"""Interface to Slurm: build its command lines, run them, parse and explain their output.

Only `run_command` starts processes, on behalf of `client`.
"""

from .client import ClusterInfo, SlurmClient
from .commands import (
    LARGEST_ARRAY,
    Resources,
    Submission,
    sbatch_command,
    task_batches,
    total_memory,
)
from .environment import slurm_environment
from .errors import SlurmDown, SlurmError, SubmissionRefused, SubmissionUnclear
from .explain import explain
from .job_id import SlurmId
from .job_output import with_output
from .parse import Partition
from .resource_defaults import choose_resources
from .settings import ExecutorSetting, Fallback, SlurmSettings, slurm_settings
from .states import SlurmState
from .status import Fate, JobStatus

__all__ = [
    "LARGEST_ARRAY",
    "ClusterInfo",
    "ExecutorSetting",
    "Fallback",
    "Fate",
    "JobStatus",
    "Partition",
    "Resources",
    "SlurmClient",
    "SlurmDown",
    "SlurmError",
    "SlurmId",
    "SlurmSettings",
    "SlurmState",
    "Submission",
    "SubmissionRefused",
    "SubmissionUnclear",
    "choose_resources",
    "explain",
    "sbatch_command",
    "slurm_environment",
    "slurm_settings",
    "task_batches",
    "total_memory",
    "with_output",
]
