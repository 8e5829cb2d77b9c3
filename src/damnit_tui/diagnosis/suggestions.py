"""Suggest remedies for an empty cell, by its root cause. Pure."""

from __future__ import annotations

from collections.abc import Callable

from damnit_daemon.model import RunKey

from .model import Cause, CauseKind, Suggestion

REPROCESS, LOG, EDIT = "runs.reprocess", "runs.log", "runs.edit"
JOBS, CANCEL, DAEMON, CONTEXT = "runs.jobs", "runs.cancel", "runs.daemon", "runs.context"


def advise(key: RunKey, name: str, root: Cause) -> tuple[Suggestion, ...]:
    """Suggest remedies.

    Args:
        key: The run.
        name: The variable of the cell.
        root: The root cause.
    """
    make = _BY_KIND.get(root.kind)
    return tuple(make(key, name, root)) if make is not None else ()


def _again(key: RunKey, name: str, text: str = "Process it again") -> Suggestion:
    return Suggestion(text, REPROCESS, f"damnit reprocess {key.run} --var {name}")


def _look_up(cause: Cause, verb: str) -> Suggestion:
    place = f", line {cause.line} of context.py" if cause.line else ""
    return Suggestion(f"{verb} {cause.name}{place}", CONTEXT)


def _raised(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    return [
        _look_up(root, "Fix"),
        _again(key, name, "Then reprocess it"),
        Suggestion("See the log from there on", LOG),
    ]


def _killed(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    more: list[Suggestion] = []
    if "memory" in root.text.lower():
        more = [Suggestion("Allow it more memory", command="damnit db-config noncluster_mem 50G")]
    elif "time limit" in root.text.lower():
        more = [Suggestion("Allow it more time", command="damnit db-config slurm_time 04:00:00")]
    return [
        *more,
        _again(key, name),
        Suggestion("See what it printed before", LOG),
        _look_up(root, "Look at"),
    ]


def _skipped(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    return [
        Suggestion("Nothing, if that is right: its function chose to leave this run out"),
        _look_up(root, "Otherwise fix"),
        _again(key, name, "Then reprocess it"),
    ]


def _no_source(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    return [
        Suggestion("Nothing, if the source was not recorded in this run"),
        _look_up(root, "If its name is wrong: fix"),
        _again(key, name, "Then reprocess it"),
        Suggestion("The log tells more", LOG),
    ]


def _returned_none(key: RunKey, name: str, root: Cause) -> list[Suggestion]:
    return [
        _look_up(root, "If it ought to return something: look at"),
        _again(key, name, "Then reprocess it"),
    ]


def _broken(_key: RunKey, _name: str, root: Cause) -> list[Suggestion]:
    place = f" at line {root.line}" if root.line else ""
    return [
        Suggestion(f"Fix context.py{place}; what waits goes on by itself", CONTEXT),
        Suggestion("See all that is wrong with it", command="damnit read-context --check"),
    ]


def _no_daemon(key: RunKey, name: str, _root: Cause) -> list[Suggestion]:
    return [
        Suggestion("Start the daemon", DAEMON, "damnit start"),
        Suggestion(
            "Or process it here and now",
            command=f"damnit reprocess {key.run} --var {name} --direct",
        ),
    ]


def _job_failed(key: RunKey, name: str, _root: Cause) -> list[Suggestion]:
    return [_again(key, name), Suggestion("See the log", LOG), Suggestion("See its jobs", JOBS)]


_BY_KIND: dict[CauseKind, Callable[[RunKey, str, Cause], list[Suggestion]]] = {
    CauseKind.BY_HAND: lambda *_: [Suggestion("Fill it in", EDIT)],
    CauseKind.NOT_DECLARED: lambda *_: [
        Suggestion("Declare it in context.py again", CONTEXT),
        Suggestion("Or delete the column with all its data", "runs.delete_variable"),
    ],
    CauseKind.TRANSIENT: lambda *_: [
        Suggestion("Take transient=True away, if it is to be kept", CONTEXT)
    ],
    CauseKind.CONTEXT_BROKEN: _broken,
    CauseKind.NO_DAEMON: _no_daemon,
    CauseKind.NEVER_ARRIVED: lambda key, name, _: [
        _again(key, name, "Process it"),
        Suggestion("See what the daemon listens to", DAEMON, "damnit doctor"),
    ],
    CauseKind.IGNORED: lambda key, name, _: [_again(key, name, "Process it")],
    CauseKind.UNDECIDED: lambda *_: [Suggestion("Wait a moment")],
    CauseKind.GROWING: lambda key, name, _: [
        Suggestion("Wait: it is processed when its files are complete"),
        _again(key, name, "Or process what is there"),
    ],
    CauseKind.NEEDS_PROC: lambda key, name, _: [
        Suggestion("Wait: it is computed as soon as that data arrives"),
        _again(key, name, "If it is there already: process it"),
    ],
    CauseKind.QUEUED: lambda *_: [Suggestion("Wait, or put it earlier in the queue (+)", JOBS)],
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
    CauseKind.KILLED: _killed,
    CauseKind.RETURNED_NONE: _returned_none,
    CauseKind.NOT_STORED: _job_failed,
    CauseKind.CAME_LATER: lambda key, name, _: [_again(key, name, "Process it for this run")],
    CauseKind.FOR_CLUSTER: lambda key, name, _: [
        Suggestion(
            "Have it done in Slurm",
            REPROCESS,
            f"damnit reprocess {key.run} --var {name} --slurm",
        ),
    ],
    CauseKind.UNKNOWN: lambda key, name, _: [
        _again(key, name, "Process it"),
        Suggestion("See the log", LOG),
    ],
}
