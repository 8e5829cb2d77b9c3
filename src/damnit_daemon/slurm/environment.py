"""The environment passed to Slurm's commands, and so to its jobs. Pure."""

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
"""Options of one of the commands, or variables of a job that this process may run in."""


def slurm_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Remove variables that would change a command or harm a job.

    Args:
        base: The environment of this process, normally `os.environ`.
    """
    return {
        name: value
        for name, value in base.items()
        if name in KEPT or (name not in DROPPED and not name.startswith(DROPPED_PREFIXES))
    }
