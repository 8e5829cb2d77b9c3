"""Explain the status of a job in plain text. Pure."""

from __future__ import annotations

import signal
from collections.abc import Callable

from .commands import OPTIONS_SETTING, Resources
from .states import SlurmState
from .status import JobStatus

PENDING = {
    "": "Slurm has not considered it yet",
    "Resources": "no node is free",
    "Priority": "jobs with a higher priority go first",
    "JobArrayTaskLimit": "the limit of concurrent jobs is reached (concurrent_jobs)",
    "Dependency": "another job must end first",
    "BeginTime": "its start time has not come; after a node failure Slurm waits two minutes",
    "Reservation": "the reservation has not begun, has ended, or is full",
    "ReqNodeNotAvail": "the nodes it needs are down, drained or reserved",
    "NodeDown": "the nodes it needs are down",
    "PartitionDown": "the partition accepts no jobs; its administrators closed it",
    "PartitionInactive": "the partition starts no jobs; its administrators closed it",
    "Licenses": "a licence it needs is in use",
    "Cleaning": "the node is being cleaned up after the previous attempt",
    "Prolog": "the node is being prepared",
    "JobHeldUser": "it is held; release it with scontrol release",
    "JobHeldAdmin": "an administrator or Slurm itself holds it; ask the cluster's support",
    "JobLaunchFailure": "it could not be started on its node",
    "launch failed requeued held": "it could not be started on its node, and is held",
    "InvalidReservation": "its reservation has ended",
    "ReservationDeleted": "its reservation has ended",
    "DependencyNeverSatisfied": "a job that it depends on failed; cancel it",
    "PartitionNodeLimit": "the partition does not have enough nodes for it",
    "PartitionTimeLimit": "its time limit is more than the partition allows; lower slurm_time",
    "PartitionConfig": "the partition has no node with the requested resources",
    "BadConstraints": "no node has the requested resources; request less",
    "MaxMemPerLimit": "it requests more memory than is allowed",
    "AccountNotAllowed": "its account has no access to this partition",
    "InvalidAccount": "Slurm does not know its account",
    "InvalidQOS": "Slurm does not know its quality of service",
    "QOSNotAllowed": "its quality of service is not allowed in this partition",
    "JobHoldMaxRequeue": "it was restarted too often and is held",
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
        return f"Slurm is preparing {status.node or 'a node'} for it."
    if status.state is SlurmState.OTHER:
        return f"Slurm reports {status.reason}."
    word = status.reason
    if status.state is SlurmState.RESV_DEL_HOLD:
        word = "ReservationDeleted"
    elif status.state is SlurmState.REQUEUE_HOLD and not word:
        word = "JobHeldAdmin"
    meaning = PENDING.get(word) or next((m for p, m in PREFIXES if word.startswith(p)), "")
    if word == "Reservation" and resources is not None and resources.reservation:
        meaning = f"the reservation {resources.reservation} has not begun, has ended, or is full"
    in_brackets = f" ({word})" if word else ""
    return f"Waits: {meaning}{in_brackets}." if meaning else f"Waits: Slurm reports {word}."


def _cancelled(status: JobStatus, _resources: Resources) -> str:
    who = f"by {status.cancelled_by}" if status.cancelled_by else "with scancel"
    return f"The job was cancelled in Slurm {who}."


def _failed(status: JobStatus, resources: Resources) -> str:
    if status.is_unsatisfiable:
        asked = f" ({resources.memory} of memory)" if resources.memory else ""
        return (
            f"Slurm refused the job: no node has the requested resources{asked}. Retry with less "
            f"memory (damnit-daemon retry --mem), or change {resources.memory_setting}, "
            "slurm_partition or slurm_options."
        )
    if status.never_started:
        return (
            f"The job could not be started on {status.node or 'its node'}: its folder is not "
            "accessible or writable there, or the node is faulty."
        )
    if status.signal:
        return f"The job was killed by {signal_name(status.signal)}{_on(status)}."
    return f"The job ended with exit code {status.exit_code}{_on(status)}."


def _timeout(_status: JobStatus, resources: Resources) -> str:
    limit = f" of {resources.time}" if resources.time else ""
    limit += f", or the reservation {resources.reservation} ended" * bool(resources.reservation)
    return (
        f"Slurm ended the job: it exceeded its time limit{limit}. Retry with more time "
        "(damnit-daemon retry --time), or raise slurm_time."
    )


def _memory(status: JobStatus, resources: Resources) -> str:
    limit = f" than the requested {resources.memory}" if resources.memory else ""
    setting = resources.memory_setting
    raised = f"the memory in {setting}" if setting == OPTIONS_SETTING else setting
    return (
        f"The job ran out of memory{_on(status)}: it needed more{limit}. "
        f"Retry with more memory (damnit-daemon retry --mem), or raise {raised}."
    )


def _node(status: JobStatus, _resources: Resources) -> str:
    return f"The node{f' {status.node}' if status.node else ''} failed while the job was running."


def _fixed(text: str) -> Callable[[JobStatus, Resources], str]:
    return lambda _status, _resources: text


OTHERS: dict[SlurmState, Callable[[JobStatus, Resources], str]] = {
    SlurmState.COMPLETING: _fixed("It is about to end."),
    SlurmState.SUSPENDED: _fixed("Suspended by Slurm."),
    SlurmState.STOPPED: _fixed("Stopped in Slurm."),
    SlurmState.RESIZING: _fixed("Runs; Slurm is resizing it."),
    SlurmState.SIGNALING: _fixed("Runs; Slurm is sending it a signal."),
    SlurmState.STAGE_OUT: _fixed("It is about to end; its files are being copied."),
    SlurmState.COMPLETED: _fixed("It has ended."),
    SlurmState.CANCELLED: _cancelled,
    SlurmState.FAILED: _failed,
    SlurmState.TIMEOUT: _timeout,
    SlurmState.OUT_OF_MEMORY: _memory,
    SlurmState.NODE_FAIL: _node,
    SlurmState.BOOT_FAIL: _fixed("The node did not start."),
    SlurmState.RECONFIG_FAIL: _fixed("The node could not be set up as requested."),
    SlurmState.LAUNCH_FAILED: _fixed("The job could not be started on its node."),
    SlurmState.PREEMPTED: _fixed("The job was preempted by one with a higher priority."),
    SlurmState.DEADLINE: _fixed("The job could not finish before its deadline."),
    SlurmState.REVOKED: _fixed("The job runs on another cluster."),
    SlurmState.GONE: _fixed("Slurm no longer knows the job."),
}


def signal_name(number: int) -> str:
    """Return `SIGKILL` for 9; the number itself if it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _on(status: JobStatus) -> str:
    return f" on {status.node}" if status.node else ""
