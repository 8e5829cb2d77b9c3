"""What may be done about a cell that is empty, by what it is empty for. Pure."""

from __future__ import annotations

from collections.abc import Callable

from damnit_daemon.model import RunKey

from .facts import Advice, Cause, Kind

REPROCESS, LOG, EDIT = "runs.reprocess", "runs.log", "runs.edit"
JOBS, CANCEL, DAEMON, CONTEXT = "runs.jobs", "runs.cancel", "runs.daemon", "runs.context"


def advise(key: RunKey, name: str, root: Cause) -> tuple[Advice, ...]:
    """Say what may be done.

    Args:
        key: The run.
        name: The variable that was asked about.
        root: Why it has no value, at the root.
    """
    make = _BY_KIND.get(root.kind)
    return tuple(make(key, name, root)) if make is not None else ()


def _again(key: RunKey, name: str, text: str = "Process it again") -> Advice:
    return Advice(text, REPROCESS, f"damnit reprocess {key.run} --var {name}")


def _look_up(cause: Cause, verb: str) -> Advice:
    place = f", line {cause.line} of context.py" if cause.line else ""
    return Advice(f"{verb} {cause.name}{place}", CONTEXT)


def _raised(key: RunKey, name: str, root: Cause) -> list[Advice]:
    return [
        _look_up(root, "Mend"),
        _again(key, name, "Then process it again"),
        Advice("See the log from there on", LOG),
    ]


def _killed(key: RunKey, name: str, root: Cause) -> list[Advice]:
    more: list[Advice] = []
    if "memory" in root.text.lower():
        more = [Advice("Allow it more memory", command="damnit db-config noncluster_mem 50G")]
    elif "time limit" in root.text.lower():
        more = [Advice("Allow it more time", command="damnit db-config slurm_time 04:00:00")]
    return [
        *more,
        _again(key, name),
        Advice("See what it printed before", LOG),
        _look_up(root, "Look at"),
    ]


def _skipped(key: RunKey, name: str, root: Cause) -> list[Advice]:
    return [
        Advice("Nothing, if that is right: its function chose to leave this run out"),
        _look_up(root, "Else mend"),
        _again(key, name, "Then process it again"),
    ]


def _no_source(key: RunKey, name: str, root: Cause) -> list[Advice]:
    return [
        Advice("Nothing, if the source was not recorded in this run"),
        _look_up(root, "If its name is wrong: mend"),
        _again(key, name, "Then process it again"),
        Advice("The log tells more", LOG),
    ]


def _returned_none(key: RunKey, name: str, root: Cause) -> list[Advice]:
    return [
        _look_up(root, "If it ought to return something: look at"),
        _again(key, name, "Then process it again"),
    ]


def _broken(_key: RunKey, _name: str, root: Cause) -> list[Advice]:
    place = f" at line {root.line}" if root.line else ""
    return [
        Advice(f"Mend context.py{place}; what waits goes on by itself", CONTEXT),
        Advice("See all that is wrong with it", command="damnit read-context --check"),
    ]


def _no_daemon(key: RunKey, name: str, _root: Cause) -> list[Advice]:
    return [
        Advice("Start the daemon", DAEMON, "damnit start"),
        Advice(
            "Or process it here and now",
            command=f"damnit reprocess {key.run} --var {name} --direct",
        ),
    ]


def _job_failed(key: RunKey, name: str, _root: Cause) -> list[Advice]:
    return [_again(key, name), Advice("See the log", LOG), Advice("See its jobs", JOBS)]


_BY_KIND: dict[Kind, Callable[[RunKey, str, Cause], list[Advice]]] = {
    Kind.BY_HAND: lambda *_: [Advice("Fill it in", EDIT)],
    Kind.NOT_DECLARED: lambda *_: [
        Advice("Declare it in context.py again", CONTEXT),
        Advice("Or delete the column with all its data", "runs.delete_variable"),
    ],
    Kind.TRANSIENT: lambda *_: [Advice("Take transient=True away, if it is to be kept", CONTEXT)],
    Kind.CONTEXT_BROKEN: _broken,
    Kind.NO_DAEMON: _no_daemon,
    Kind.NEVER_ARRIVED: lambda key, name, _: [
        _again(key, name, "Process it"),
        Advice("See what the daemon listens to", DAEMON, "damnit doctor"),
    ],
    Kind.IGNORED: lambda key, name, _: [_again(key, name, "Process it")],
    Kind.UNDECIDED: lambda *_: [Advice("Wait a moment")],
    Kind.GROWING: lambda key, name, _: [
        Advice("Wait: it is processed when its files are complete"),
        _again(key, name, "Or process what is there"),
    ],
    Kind.NEEDS_PROC: lambda key, name, _: [
        Advice("Wait: it is computed as soon as that data arrives"),
        _again(key, name, "If it is there already: process it"),
    ],
    Kind.QUEUED: lambda *_: [Advice("Wait, or put it earlier in the queue (+)", JOBS)],
    Kind.SUBMITTED: lambda *_: [
        Advice("Wait, or see all jobs", JOBS),
        Advice("Cancel the jobs of the run", CANCEL),
    ],
    Kind.RUNNING: lambda *_: [
        Advice("Follow its log", LOG),
        Advice("Cancel the jobs of the run", CANCEL),
    ],
    Kind.JOB_FAILED: _job_failed,
    Kind.JOB_CANCELLED: _job_failed,
    Kind.SKIPPED: _skipped,
    Kind.NO_SOURCE: _no_source,
    Kind.RAISED: _raised,
    Kind.KILLED: _killed,
    Kind.RETURNED_NONE: _returned_none,
    Kind.NOT_STORED: _job_failed,
    Kind.CAME_LATER: lambda key, name, _: [_again(key, name, "Process it for this run")],
    Kind.FOR_CLUSTER: lambda key, name, _: [
        Advice(
            "Have it done in Slurm",
            REPROCESS,
            f"damnit reprocess {key.run} --var {name} --slurm",
        ),
    ],
    Kind.UNKNOWN: lambda key, name, _: [
        _again(key, name, "Process it"),
        Advice("See the log", LOG),
    ],
}
