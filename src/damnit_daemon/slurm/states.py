"""The states that Slurm has for a job. Pure."""

from __future__ import annotations

from enum import StrEnum


class SlurmState(StrEnum):
    """What `squeue`, `sacct` and `scontrol` call a job's state; the last two are our own."""

    PENDING = "PENDING"
    CONFIGURING = "CONFIGURING"
    REQUEUED = "REQUEUED"
    REQUEUE_FED = "REQUEUE_FED"
    REQUEUE_HOLD = "REQUEUE_HOLD"
    RESV_DEL_HOLD = "RESV_DEL_HOLD"
    SPECIAL_EXIT = "SPECIAL_EXIT"
    RUNNING = "RUNNING"
    COMPLETING = "COMPLETING"
    SUSPENDED = "SUSPENDED"
    STOPPED = "STOPPED"
    RESIZING = "RESIZING"
    SIGNALING = "SIGNALING"
    STAGE_OUT = "STAGE_OUT"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    NODE_FAIL = "NODE_FAIL"
    BOOT_FAIL = "BOOT_FAIL"
    LAUNCH_FAILED = "LAUNCH_FAILED"
    RECONFIG_FAIL = "RECONFIG_FAIL"
    PREEMPTED = "PREEMPTED"
    DEADLINE = "DEADLINE"
    REVOKED = "REVOKED"
    OTHER = "OTHER"
    """A state that we do not know; the reason holds its name. It may still begin."""
    GONE = "GONE"
    """Nobody knows the job any more: neither the controller nor the accounting."""

    @property
    def is_pending(self) -> bool:
        """Whether it waits to be started."""
        return self in WAITING

    @property
    def is_running(self) -> bool:
        """Whether it has a node; also when it stands still there, or is about to end."""
        return self in AT_WORK

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return not self.is_pending and not self.is_running


WAITING = frozenset(
    {
        SlurmState.PENDING,
        SlurmState.CONFIGURING,
        SlurmState.REQUEUED,
        SlurmState.REQUEUE_FED,
        SlurmState.REQUEUE_HOLD,
        SlurmState.RESV_DEL_HOLD,
        SlurmState.SPECIAL_EXIT,
        SlurmState.OTHER,
    }
)
AT_WORK = frozenset(
    {
        SlurmState.RUNNING,
        SlurmState.COMPLETING,
        SlurmState.SUSPENDED,
        SlurmState.STOPPED,
        SlurmState.RESIZING,
        SlurmState.SIGNALING,
        SlurmState.STAGE_OUT,
    }
)
