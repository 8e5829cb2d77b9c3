"""The environment that Slurm's commands start with, and hence its jobs. Pure."""

from __future__ import annotations

from collections.abc import Mapping

KEPT = ("SLURM_CONF",)
DROPPED = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LD_PRELOAD")
DROPPED_PREFIXES = (
    "SLURM_",
    "SLURMD_",
    "SBATCH_",
    "SALLOC_",
    "SRUN_",
    "SQUEUE_",
    "SCANCEL_",
    "SCONTROL_",
    "SINFO_",
    "SACCT_",
    "SACCTMGR_",
)
"""Each is an option of one of the commands, or belongs to a job that we may be in."""


def slurm_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Our environment without what would change a command or harm a job.

    Args:
        base: Our own, normally `os.environ`.
    """
    return {
        name: value
        for name, value in base.items()
        if name in KEPT or (name not in DROPPED and not name.startswith(DROPPED_PREFIXES))
    }
