"""What Slurm says of one job, and what it means for us. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .job_id import SlurmId
from .states import SlurmState

LAUNCH_FAILURES = ("JobLaunchFailure", "launch failed requeued held")
LAUNCH_SIGNAL = 53
"""Slurm's "signal" for a job whose output could not be opened, or that did not start otherwise."""
NEEDS_SOMEBODY = frozenset(
    {
        "AccountNotAllowed",
        "BadConstraints",
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
"""Reasons for which a job waits until somebody changes it, or what it asks for."""


class Fate(StrEnum):
    """What is to be done about a job."""

    WAIT = "wait"
    """It has not begun."""
    RUNS = "runs"
    DONE = "done"
    """It ended by itself with exit code 0."""
    FAILED = "failed"
    """It ended with another exit code, or by a signal that was not Slurm's."""
    CANCELLED = "cancelled"
    """Somebody asked Slurm to end it."""
    OUT_OF_MEMORY = "out of memory"
    OUT_OF_TIME = "out of time"
    REFUSED = "refused"
    """It could not be started, and would not be a second time."""
    LOST = "lost"
    """Its node failed, or it had to make room: no fault of its own, worth another attempt."""
    GONE = "gone"
    """Slurm has forgotten it: what it left in its folder must say how it ended."""


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
    """One job, or one task of an array, at one moment."""

    id: SlurmId
    state: SlurmState
    reason: str = ""
    """Slurm's own word for why it waits or how it ended, such as `Resources`."""
    exit_code: int = 0
    signal: int = 0
    node: str = ""
    cancelled_by: str = ""
    """Login name, or number, where the accounting knows it."""
    comment: str = ""
    submitted_with: str = ""
    """The command line of its `sbatch`, where the accounting knows it."""
    restarts: int = 0
    """How often Slurm began it anew, where Slurm says so."""

    @property
    def fate(self) -> Fate:
        """What is to be done about it."""
        if self.state.is_pending:
            return Fate.WAIT
        if self.state.is_running:
            return Fate.RUNS
        return Fate.REFUSED if self.never_started else FATES[self.state]

    @property
    def never_started(self) -> bool:
        """Whether it failed before its script began.

        Its reason alone does not tell: the controller also says `JobLaunchFailure`
        of a script that was killed by a signal.
        """
        if self.state is not SlurmState.FAILED:
            return False
        said = self.reason in LAUNCH_FAILURES and not self.signal and not self.exit_code
        return said or self.signal == LAUNCH_SIGNAL

    @property
    def lost_reservation(self) -> bool:
        """Whether it waits for a reservation that is no more."""
        gone = self.reason in ("InvalidReservation", "ReservationDeleted")
        return self.state.is_pending and (gone or self.state is SlurmState.RESV_DEL_HOLD)

    @property
    def needs_somebody(self) -> bool:
        """Whether it waits for something that does not come by itself."""
        held = self.state in (SlurmState.REQUEUE_HOLD, SlurmState.RESV_DEL_HOLD)
        return self.state.is_pending and (held or self.reason in NEEDS_SOMEBODY)
