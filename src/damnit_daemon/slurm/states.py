"""States of a job in Slurm. Pure."""

from __future__ import annotations

from enum import StrEnum


class SlurmState(StrEnum):
    """A job's state as `squeue`, `sacct` and `scontrol` name it, plus two states of our own."""

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
    """A state unknown to us; the reason holds its name. The job may still start."""
    GONE = "GONE"
    """Neither the controller nor the accounting knows the job any more."""

    @property
    def is_pending(self) -> bool:
        """True while it waits to be started."""
        return self in WAITING

    @property
    def is_running(self) -> bool:
        """True while it has a node, even if suspended or about to end."""
        return self in AT_WORK

    @property
    def is_over(self) -> bool:
        """True if its state will not change any more."""
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
