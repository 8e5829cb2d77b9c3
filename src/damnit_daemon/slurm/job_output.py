"""Messages that Slurm writes to a job's output when it ends the job. Pure.

They are the only record of the reason on clusters that limit memory without cgroups
(`squeue` and `sacct` report such a job as failed), and where Slurm forgets ended jobs.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .states import SlurmState
from .status import JobStatus

UNCERTAIN = (SlurmState.FAILED, SlurmState.CANCELLED, SlurmState.GONE)
WORDS = (
    (
        r"exceeded (job|step)? ?memory limit|oom.kill|out.of.memory handler",
        SlurmState.OUT_OF_MEMORY,
    ),
    (r"CANCELLED AT .* DUE TO TIME LIMIT", SlurmState.TIMEOUT),
    (r"CANCELLED AT .* DUE TO NODE FAILURE", SlurmState.NODE_FAIL),
    (r"CANCELLED AT .* DUE TO PREEMPTION", SlurmState.PREEMPTED),
    (r"\*\*\* JOB \S+ ON .* CANCELLED AT", SlurmState.CANCELLED),
)
"""Matched in lines of `slurmstepd` or `slurmd`; earlier patterns take precedence."""


def with_output(status: JobStatus, text: str) -> JobStatus:
    """Refine a status from the job's output; return any other status unchanged.

    Args:
        status: The status of a job that has ended.
        text: The end of the file that `sbatch --output` named.
    """
    if status.state not in UNCERTAIN or status.cancelled_by:
        return status
    messages = "\n".join(
        line for line in text.splitlines() if re.match(r"slurm(step)?d|srun:", line)
    )
    for pattern, state in WORDS:
        if re.search(pattern, messages, re.IGNORECASE):
            is_gentler = state is SlurmState.CANCELLED and status.state is SlurmState.FAILED
            return status if is_gentler else replace(status, state=state, reason="")
    return status
