"""`python -m damnit_daemon.runner serve|check|batch`: see `serve`, `context` and `batch`."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from .protocol import ContextLoaded, Problem, encode

FALLBACK_VARIABLE = "DAMNIT_FALLBACK_PATH"
"""Names an archive of pure Python packages for an environment that lacks them."""


def main() -> int:
    """Read the context file, say what is in it, and take jobs.

    Returns:
        The exit status: 0, or 1 if the environment cannot run the user's code.
    """
    arguments = _parse_arguments()
    if fallback := os.environ.get(FALLBACK_VARIABLE):
        sys.path.append(fallback)  # at the end: what the user has installed comes first
    if arguments.command == "batch" and not _begin_batch(arguments):
        return 1
    os.set_inheritable(arguments.events_fd, False)
    path = (arguments.context or arguments.folder / "context.py").absolute()
    try:
        versions = _versions()
    except ImportError as error:
        problem = Problem(f"{sys.executable} cannot run DAMNIT jobs: {error}", str(path))
        os.write(arguments.events_fd, encode(ContextLoaded([], [problem], "")))
        return 1

    from .context import read_context
    from .job import write_all
    from .processes import die_with_parent
    from .serve import Resident

    if arguments.command == "serve":
        die_with_parent(os.getppid(), signal.SIGTERM)  # loading user's code may take for ever
    me = os.getpid()
    context = read_context(path)
    if os.getpid() != me:  # the file forked while it was read, and this is the copy
        os._exit(0)
    write_all(arguments.events_fd, encode(context.loaded_event(versions)))
    if arguments.command == "serve" and context.ok:
        Resident(context, arguments.folder, sys.stdin.fileno(), arguments.events_fd).serve()
    elif arguments.command == "batch" and context.ok:
        from .batch import Batch

        out, log = arguments.events_fd, arguments.log
        Batch(context, arguments.folder, arguments.jobs, out, log).work()
    return 0


def _begin_batch(arguments: Any) -> bool:
    """Claim the task, say so, and turn to the first run's log; False if it is not ours to do."""
    from .batch import Log, claim, load_jobs, open_events, started_event
    from .job import write_all

    submission, task = arguments.submission, arguments.task
    if refusal := claim(submission, task):
        print(f"Nothing is done here: {refusal}.", file=sys.stderr)
        return False
    arguments.jobs = load_jobs(submission, task)
    arguments.events_fd = open_events(submission, task)
    where = started_event(os.environ)
    write_all(arguments.events_fd, encode(where))
    arguments.log = Log(arguments.folder, where)
    if arguments.jobs and (problem := arguments.log.begin(arguments.jobs[0])):
        print(problem, file=sys.stderr)
    return True


def _parse_arguments() -> Any:
    parser = argparse.ArgumentParser(prog="damnit_daemon.runner", description=__doc__)
    parser.add_argument("command", choices=("serve", "check", "batch"))
    parser.add_argument("--events-fd", type=int, default=-1, help="of serve and check")
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--context", type=Path)
    parser.add_argument("--submission", type=Path, help="of batch: the folder with its jobs")
    parser.add_argument("--task", type=int, default=0, help="of batch: which of them")
    return parser.parse_args()


def _versions() -> dict[str, str]:
    """Import what every job needs, once, and say which versions there are.

    Raises:
        ImportError: If something is missing.
    """
    found = {"python": platform.python_version()}
    for name in ("numpy", "h5py", "extra_data"):
        found[name] = str(getattr(import_module(name), "__version__", "?"))
    import_module("numpy.ma")  # NumPy loads it when a run is opened: here once, else in each child
    return found


if __name__ == "__main__":
    sys.exit(main())
