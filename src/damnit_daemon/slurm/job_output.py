"""What Slurm writes into a job's own output when it ends it. Pure.

There alone stands why, on clusters that watch memory without cgroups (`squeue` and
`sacct` call such a job failed), and where nothing else remembers an ended job.
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
"""In lines of `slurmstepd` or `slurmd`; those above win."""


def with_output(status: JobStatus, text: str) -> JobStatus:
    """Make a status more exact by what the job's output says; others are as they were.

    Args:
        status: What Slurm says of a job that is over.
        text: The end of the file that `sbatch --output` named.
    """
    if status.state not in UNCERTAIN or status.cancelled_by:
        return status
    said = "\n".join(line for line in text.splitlines() if re.match(r"slurm(step)?d|srun:", line))
    for pattern, state in WORDS:
        if re.search(pattern, said, re.IGNORECASE):
            is_gentler = state is SlurmState.CANCELLED and status.state is SlurmState.FAILED
            return status if is_gentler else replace(status, state=state, reason="")
    return status
