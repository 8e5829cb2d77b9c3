"""Suggest remedies for an empty cell, by its root cause. Pure."""

from __future__ import annotations

from collections.abc import Callable

from damnit_daemon.model import RunKey

from .model import Cause, CauseKind, Suggestion

REPROCESS, LOG, EDIT = "runs.reprocess", "runs.log", "runs.edit"
SHARED, DEDICATED = "noncluster_mem", "slurm_mem"
"""Settings of the memory limit."""
OPTIONS = "slurm_options"
"""The setting with sbatch options; Slurm's explanation names it if the limit came from there."""
SHOW_OPTIONS = f"damnit-daemon db-config {OPTIONS}"
DERIVE = "runs.derive"
JOBS, CANCEL, DAEMON, CONTEXT = "runs.jobs", "runs.cancel", "runs.daemon", "runs.context"


def advise(
    key: RunKey, name: str, root: Cause, *, needs_cluster: bool = False
) -> tuple[Suggestion, ...]:
    """Suggest remedies.

    Args:
        key: The run.
        name: The variable of the cell.
        root: The root cause.
        needs_cluster: True if the root cause's variable needs the cluster, whose jobs have
            their own memory limit.
    """
    if root.kind in (CauseKind.KILLED, CauseKind.OUT_OF_MEMORY):
        return tuple(_killed(key, name, root, DEDICATED if needs_cluster else SHARED))
    make = _BY_KIND.get(root.kind)
    return tuple(make(key, name, root)) if make is not None else ()


def _again(key: RunKey, name: str, text: str = "Reprocess it") -> Suggestion:
    return Suggestion(text, REPROCESS, f"damnit-daemon reprocess {key.run} --var {name}")


def _look_up(cause: Cause, verb: str) -> Suggestion:
    place = f", line {cause.line} of context.py" if cause.line else ""
    return Suggestion(f"{verb} {cause.name}{place}", CONTEXT)


def _raised(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    return [
        _look_up(root, "Fix"),
        _again(key, name, "Then reprocess it"),
        Suggestion("Open the log at the error", LOG),
    ]


def _killed(key: RunKey, name: str, root: Cause, setting: str) -> list[Suggestion]:
    more: list[Suggestion] = []
    if root.kind is CauseKind.OUT_OF_MEMORY or "memory" in root.text.lower():
        raised = f"damnit-daemon db-config {setting} 50G"
        more = [
            Suggestion("Change the memory in slurm_options", command=SHOW_OPTIONS)
            if OPTIONS in root.text
            else Suggestion("Raise the memory limit", command=raised)
        ]
    elif "time limit" in root.text.lower():
        more = [
            Suggestion(
                "Raise the time limit", command="damnit-daemon db-config slurm_time 04:00:00"
            )
        ]
    return [
        *more,
        _again(key, name),
        Suggestion("Check its output in the log", LOG),
        _look_up(root, "Check"),
    ]


def _skipped(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    return [
        Suggestion("No action needed if the function was meant to skip this run"),
        _look_up(root, "Otherwise fix"),
        _again(key, name, "Then reprocess it"),
    ]


def _no_source(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    return [
        Suggestion("No action needed if the source was not recorded in this run"),
        _look_up(root, "If the source name is wrong, fix"),
        _again(key, name, "Then reprocess it"),
        Suggestion("See the log for details", LOG),
    ]


def _returned_none(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    return [
        _look_up(root, "If it should return a value, check"),
        _again(key, name, "Then reprocess it"),
    ]


def _broken(_key: RunKey, _name: str, root: Cause) -> list[Suggestion]:
    place = f" at line {root.line}" if root.line else ""
    return [
        Suggestion(f"Fix context.py{place}; queued jobs then continue", CONTEXT),
        Suggestion("List all problems in it", command="damnit-daemon read-context --check"),
    ]


def _no_daemon(key: RunKey, name: str, _root: Cause) -> list[Suggestion]:
    return [
        Suggestion("Start the daemon", DAEMON, "damnit-daemon start"),
        Suggestion(
            "Or process it now, without the daemon",
            command=f"damnit-daemon reprocess {key.run} --var {name} --direct",
        ),
    ]


def _job_failed(key: RunKey, name: str, _root: Cause) -> list[Suggestion]:
    return [_again(key, name), Suggestion("See the log", LOG), Suggestion("See its jobs", JOBS)]


_BY_KIND: dict[CauseKind, Callable[[RunKey, str, Cause], list[Suggestion]]] = {
    CauseKind.BY_HAND: lambda *_: [Suggestion("Enter a value", EDIT)],
    CauseKind.UNDERIVED: lambda *_: [Suggestion("Change the expression", DERIVE)],
    CauseKind.NOT_DECLARED: lambda *_: [
        Suggestion("Define it in context.py again", CONTEXT),
        Suggestion("Or delete the column with all its data", "runs.delete_variable"),
    ],
    CauseKind.TRANSIENT: lambda *_: [Suggestion("Remove transient=True to store it", CONTEXT)],
    CauseKind.CONTEXT_BROKEN: _broken,
    CauseKind.NO_DAEMON: _no_daemon,
    CauseKind.NEVER_ARRIVED: lambda key, name, _: [
        _again(key, name, "Process it"),
        Suggestion("Check what the daemon is listening to", DAEMON, "damnit-daemon doctor"),
    ],
    CauseKind.IGNORED: lambda key, name, _: [_again(key, name, "Process it")],
    CauseKind.UNDECIDED: lambda *_: [Suggestion("Wait a moment")],
    CauseKind.GROWING: lambda key, name, _: [
        Suggestion("Wait until its files are complete"),
        _again(key, name, "Or process the files present now"),
    ],
    CauseKind.NEEDS_PROC: lambda key, name, _: [
        Suggestion("Wait: it is computed once that data arrives"),
        _again(key, name, "If the data is already there, process it"),
    ],
    CauseKind.QUEUED: lambda *_: [Suggestion("Wait, or move it up in the queue (+)", JOBS)],
    CauseKind.SUBMITTED: lambda *_: [
        Suggestion("Wait, or see all jobs", JOBS),
        Suggestion("Cancel the jobs of the run", CANCEL),
    ],
    CauseKind.RUNNING: lambda *_: [
        Suggestion("Follow its log", LOG),
        Suggestion("Cancel the jobs of the run", CANCEL),
    ],
    CauseKind.JOB_FAILED: _job_failed,
    CauseKind.JOB_CANCELLED: _job_failed,
    CauseKind.SKIPPED: _skipped,
    CauseKind.NO_SOURCE: _no_source,
    CauseKind.RAISED: _raised,
    CauseKind.RETURNED_NONE: _returned_none,
    CauseKind.NOT_STORED: _job_failed,
    CauseKind.CAME_LATER: lambda key, name, _: [_again(key, name, "Process it for this run")],
    CauseKind.FOR_CLUSTER: lambda key, name, _: [
        Suggestion(
            "Compute it in Slurm",
            REPROCESS,
            f"damnit-daemon reprocess {key.run} --var {name} --slurm",
        ),
    ],
    CauseKind.UNKNOWN: lambda key, name, _: [
        _again(key, name, "Process it"),
        Suggestion("See the log", LOG),
    ],
}
