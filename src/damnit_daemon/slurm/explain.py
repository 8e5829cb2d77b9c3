"""Explain the status of a job in plain text. Pure."""

from __future__ import annotations

import signal
from collections.abc import Callable

from .commands import Resources
from .states import SlurmState
from .status import JobStatus

PENDING = {
    "": "Slurm has not looked at it yet",
    "Resources": "there is no free node now",
    "Priority": "jobs with a higher priority go first",
    "JobArrayTaskLimit": "as many of its array run as may at once (concurrent_jobs)",
    "Dependency": "a job before it has to end first",
    "BeginTime": "it may not begin yet; after a node failed Slurm waits two minutes",
    "Reservation": "the reservation has not begun, has ended, or is full",
    "ReqNodeNotAvail": "the nodes it needs are down, drained or reserved",
    "NodeDown": "the nodes it needs are down",
    "PartitionDown": "the partition takes no jobs now; its administrators closed it",
    "PartitionInactive": "the partition starts no jobs now; its administrators closed it",
    "Licenses": "a licence it needs is in use",
    "Cleaning": "the node is being cleaned up after the job ran there before",
    "Prolog": "the node is being prepared",
    "JobHeldUser": "it is held back; scontrol release lets it go",
    "JobHeldAdmin": "an administrator, or Slurm itself, holds it back; ask the cluster's support",
    "JobLaunchFailure": "it could not be started on its node",
    "launch failed requeued held": "it could not be started on its node, and is held",
    "InvalidReservation": "its reservation has ended",
    "ReservationDeleted": "its reservation has ended",
    "DependencyNeverSatisfied": "a job before it failed; cancel it",
    "PartitionNodeLimit": "the partition has not enough nodes for it",
    "PartitionTimeLimit": "its time limit is more than the partition allows; set slurm_time lower",
    "PartitionConfig": "the partition has no node as it wants it",
    "BadConstraints": "no node can ever be as it wants it; ask for less",
    "MaxMemPerLimit": "it asks for more memory than is allowed",
    "AccountNotAllowed": "its account may not use this partition",
    "InvalidAccount": "Slurm does not know its account",
    "InvalidQOS": "Slurm does not know its quality of service",
    "QOSNotAllowed": "its quality of service is not allowed in this partition",
    "JobHoldMaxRequeue": "it was started anew too often, and is held",
    "SystemFailure": "Slurm itself failed; ask the cluster's support",
    "FrontEndDown": "the front end of the cluster is down",
    "InactiveLimit": "Slurm's limit for inactive jobs was reached",
}
PREFIXES = (
    ("ReqNodeNotAvail", "the nodes it needs are down, drained or reserved"),
    ("Nodes required for job are DOWN", "the nodes it needs are down, drained or reserved"),
    ("QOS", "a limit of its quality of service is reached"),
    ("Assoc", "a limit of your account is reached"),
    ("Max", "a limit of your account is reached"),
)


def explain(status: JobStatus, resources: Resources | None = None) -> str:
    """Describe the status of a job in one sentence, and what the user can do about it.

    Args:
        status: The status from Slurm.
        resources: Resources that the job requested, to name its limits.
    """
    if status.state.is_pending:
        return _pending(status, resources)
    if status.state is SlurmState.RUNNING:
        return f"Runs on {status.node}." if status.node else "Runs."
    return OTHERS[status.state](status, resources or Resources())


def _pending(status: JobStatus, resources: Resources | None) -> str:
    if status.state is SlurmState.CONFIGURING:
        return f"Slurm prepares {status.node or 'a node'} for it."
    if status.state is SlurmState.OTHER:
        return f"Slurm says {status.reason}."
    word = status.reason
    if status.state is SlurmState.RESV_DEL_HOLD:
        word = "ReservationDeleted"
    elif status.state is SlurmState.REQUEUE_HOLD and not word:
        word = "JobHeldAdmin"
    meaning = PENDING.get(word) or next((m for p, m in PREFIXES if word.startswith(p)), "")
    if word == "Reservation" and resources is not None and resources.reservation:
        meaning = f"the reservation {resources.reservation} has not begun, has ended, or is full"
    told = f" ({word})" if word else ""
    return f"Waits: {meaning}{told}." if meaning else f"Waits: Slurm says {word}."


def _cancelled(status: JobStatus, _resources: Resources) -> str:
    who = f"by {status.cancelled_by}" if status.cancelled_by else "with scancel"
    return f"The job was cancelled in Slurm {who}."


def _failed(status: JobStatus, _resources: Resources) -> str:
    if status.never_started:
        return (
            f"The job could not be started on {status.node or 'its node'}: its folder cannot be "
            "reached or written there, or the node is ill."
        )
    if status.signal:
        return f"The job was killed by {signal_name(status.signal)}{_on(status)}."
    return f"The job ended with exit code {status.exit_code}{_on(status)}."


def _timeout(_status: JobStatus, resources: Resources) -> str:
    limit = f" of {resources.time}" if resources.time else ""
    limit += f", or the reservation {resources.reservation} ended" * bool(resources.reservation)
    return (
        f"Slurm ended the job: it took longer than its time limit{limit}. "
        "Retry it with more (damnit retry --time), or set slurm_time."
    )


def _memory(status: JobStatus, resources: Resources) -> str:
    limit = f" than the {resources.memory} it had asked for" if resources.memory else ""
    return (
        f"The job ran out of memory{_on(status)}: it needed more{limit}. "
        "Retry it with more (damnit retry --mem), or set slurm_mem or noncluster_mem."
    )


def _node(status: JobStatus, _resources: Resources) -> str:
    return f"The node{f' {status.node}' if status.node else ''} failed while the job ran."


def _said(text: str) -> Callable[[JobStatus, Resources], str]:
    return lambda _status, _resources: text


OTHERS: dict[SlurmState, Callable[[JobStatus, Resources], str]] = {
    SlurmState.COMPLETING: _said("It is about to end."),
    SlurmState.SUSPENDED: _said("Suspended by Slurm."),
    SlurmState.STOPPED: _said("Stopped in Slurm."),
    SlurmState.RESIZING: _said("Runs; Slurm changes its size."),
    SlurmState.SIGNALING: _said("Runs; Slurm sends it a signal."),
    SlurmState.STAGE_OUT: _said("It is about to end; its files are copied."),
    SlurmState.COMPLETED: _said("It has ended."),
    SlurmState.CANCELLED: _cancelled,
    SlurmState.FAILED: _failed,
    SlurmState.TIMEOUT: _timeout,
    SlurmState.OUT_OF_MEMORY: _memory,
    SlurmState.NODE_FAIL: _node,
    SlurmState.BOOT_FAIL: _said("The node did not start."),
    SlurmState.RECONFIG_FAIL: _said("The node could not be set up as wanted."),
    SlurmState.LAUNCH_FAILED: _said("The job could not be started on its node."),
    SlurmState.PREEMPTED: _said("The job had to make room for one with a higher priority."),
    SlurmState.DEADLINE: _said("The job could not have ended before its deadline."),
    SlurmState.REVOKED: _said("The job runs on another cluster."),
    SlurmState.GONE: _said("Slurm knows nothing of the job any more."),
}


def signal_name(number: int) -> str:
    """Return `SIGKILL` for 9; the number itself if it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _on(status: JobStatus) -> str:
    return f" on {status.node}" if status.node else ""
