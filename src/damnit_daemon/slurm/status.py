"""Status of one job in Slurm, and how to act on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .job_id import SlurmId
from .states import SlurmState

LAUNCH_FAILURES = ("JobLaunchFailure", "launch failed requeued held")
UNSATISFIABLE = "BadConstraints"
"""No node has the requested resources: a pending job, or one that Slurm ends at once as failed."""
LAUNCH_SIGNAL = 53
""""Signal" that Slurm reports if a job's output could not be opened or it failed to launch."""
NEEDS_USER = frozenset(
    {
        "AccountNotAllowed",
        UNSATISFIABLE,
        "DependencyNeverSatisfied",
        "InvalidAccount",
        "InvalidQOS",
        "InvalidReservation",
        "JobHeldAdmin",
        "JobHeldUser",
        "MaxMemPerLimit",
        "PartitionConfig",
        "PartitionNodeLimit",
        "PartitionTimeLimit",
        "QOSNotAllowed",
        "ReservationDeleted",
        *LAUNCH_FAILURES,
    }
)
"""Reasons for which a job stays pending until a user changes it or what it asks for."""


class Fate(StrEnum):
    """How to act on the state of a job."""

    WAIT = "wait"
    """It has not started."""
    RUNS = "runs"
    DONE = "done"
    """It ended by itself with exit code 0."""
    FAILED = "failed"
    """It ended with another exit code, or by a signal that was not Slurm's."""
    CANCELLED = "cancelled"
    """A user cancelled it."""
    OUT_OF_MEMORY = "out of memory"
    OUT_OF_TIME = "out of time"
    REFUSED = "refused"
    """It could not be started, and a retry would fail too."""
    LOST = "lost"
    """Its node failed, or it was preempted: not the job's fault, so try again."""
    GONE = "gone"
    """Slurm has forgotten it: only the files in its folder show how it ended."""


FATES = {
    SlurmState.COMPLETED: Fate.DONE,
    SlurmState.CANCELLED: Fate.CANCELLED,
    SlurmState.FAILED: Fate.FAILED,
    SlurmState.TIMEOUT: Fate.OUT_OF_TIME,
    SlurmState.DEADLINE: Fate.OUT_OF_TIME,
    SlurmState.OUT_OF_MEMORY: Fate.OUT_OF_MEMORY,
    SlurmState.NODE_FAIL: Fate.LOST,
    SlurmState.BOOT_FAIL: Fate.LOST,
    SlurmState.RECONFIG_FAIL: Fate.LOST,
    SlurmState.PREEMPTED: Fate.LOST,
    SlurmState.REVOKED: Fate.LOST,
    SlurmState.LAUNCH_FAILED: Fate.REFUSED,
    SlurmState.GONE: Fate.GONE,
}


@dataclass(frozen=True)
class JobStatus:
    """Status of a job, or of one task of an array, at one moment."""

    id: SlurmId
    state: SlurmState
    reason: str = ""
    """Slurm's term for why it is pending or how it ended, such as `Resources`."""
    exit_code: int = 0
    signal: int = 0
    node: str = ""
    cancelled_by: str = ""
    """Login name, or user id, if the accounting has it."""
    comment: str = ""
    submitted_with: str = ""
    """The `sbatch` command line that submitted it, if the accounting has it."""
    restarts: int = 0
    """Number of times Slurm restarted it, if reported."""

    @property
    def fate(self) -> Fate:
        """How to act on its state."""
        if self.state.is_pending:
            return Fate.WAIT
        if self.state.is_running:
            return Fate.RUNS
        return Fate.REFUSED if self.never_started else FATES[self.state]

    @property
    def never_started(self) -> bool:
        """True if it failed before its script began.

        The reason alone is not enough: the controller also reports `JobLaunchFailure`
        for a script that was killed by a signal.
        """
        if self.state is not SlurmState.FAILED:
            return False
        is_named = self.reason in LAUNCH_FAILURES and not self.signal and not self.exit_code
        return is_named or self.is_unsatisfiable or self.signal == LAUNCH_SIGNAL

    @property
    def is_unsatisfiable(self) -> bool:
        """True if it asks for resources that no node has; a failed one then reports signal 1."""
        return self.reason == UNSATISFIABLE

    @property
    def lost_reservation(self) -> bool:
        """True if it waits for a reservation that no longer exists."""
        gone = self.reason in ("InvalidReservation", "ReservationDeleted")
        return self.state.is_pending and (gone or self.state is SlurmState.RESV_DEL_HOLD)

    @property
    def needs_user(self) -> bool:
        """True if it waits for a condition that only a user can change."""
        held = self.state in (SlurmState.REQUEUE_HOLD, SlurmState.RESV_DEL_HOLD)
        return self.state.is_pending and (held or self.reason in NEEDS_USER)
