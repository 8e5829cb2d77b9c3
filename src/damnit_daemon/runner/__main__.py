"""`python runner.zip serve|check|batch|once`; see `serve`, `batch` and `forks`.

The working directory is searched last for modules: what lies there is found, but takes the
place of nothing that is installed.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from . import FORK_OPTION
from .protocol import ContextLoaded, Problem, encode

FALLBACK_VARIABLE = "DAMNIT_FALLBACK_PATH"
"""Variable with the path of an archive of pure Python packages, for environments without them."""

OBSTACLES = (
    "The file starts {} when it is loaded. They do not survive a fork, so each job loads "
    "the file again in a new Python. Start them in a function to save that time"
)


def main() -> int:
    """Read the context file, report its contents and run jobs; does not return after these.

    Returns:
        The exit status: 0, or 1 if the environment cannot run the user's code.
    """
    arguments = _parse_arguments()
    if fallback := os.environ.get(FALLBACK_VARIABLE):
        sys.path.append(fallback)  # at the end: the user's own packages come first
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

    from .context import look_here_last, read_context
    from .context_file import CONTEXT_VARIABLE
    from .fork_server import ForkServer
    from .forks import OwnPython, obstacles
    from .job import end_process, write_all
    from .processes import die_with_parent
    from .seeds import Seeds

    os.environ[CONTEXT_VARIABLE] = str(path)  # for processes that its functions start
    if arguments.command == "once":
        return _do_one(arguments, path)
    if arguments.command == "serve":
        die_with_parent(os.getppid(), signal.SIGTERM)  # loading user code may never end
    me = os.getpid()
    own_python = OwnPython([sys.executable, sys.argv[0]], arguments.folder)
    seeds = Seeds()
    look_here_last()
    context = read_context(path)
    if os.getpid() != me:  # the file forked while it was read; this is the copy
        os._exit(0)
    found = obstacles()
    if found:
        context.complain(OBSTACLES.format(" and ".join(found)), severity="warning")
    if not arguments.fork:
        found.append(f"{FORK_OPTION} was given")
    write_all(arguments.events_fd, encode(context.loaded_event(versions)))
    if arguments.command == "check" or not context.ok:
        return end_process(0) if found else 0
    seeds.note()
    children: dict[str, Any] = {"seeds": seeds, "own_python": own_python, "obstacles": found}
    out = arguments.events_fd
    if arguments.command == "serve":
        ForkServer(context, arguments.folder, sys.stdin.fileno(), out, **children).serve()
    else:
        from .batch import BatchRunner

        BatchRunner(
            context, arguments.folder, arguments.jobs, out, arguments.log, **children
        ).work()
    return end_process(0)  # at exit, a pool of the file would wait for killed workers


def _do_one(arguments: Any, path: Path) -> int:
    """Run the job given on standard input in this process and exit; does not return."""
    from .context import look_here_last, read_context
    from .job import end_process, fail, limit, run_job
    from .processes import die_with_parent
    from .protocol import decode_job

    die_with_parent(os.getppid())
    os.chdir(arguments.directory)
    look_here_last()
    job = decode_job(sys.stdin.buffer.read())
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    limit(job)
    context = read_context(path)
    if context.ok:
        status = run_job(job, context, arguments.folder, arguments.events_fd)
    else:
        errors = [str(problem) for problem in context.problems if problem.severity == "error"]
        status = fail(arguments.events_fd, "\n".join(errors))
    end_process(status)  # threads started at the top of the file may never end


def _begin_batch(arguments: Any) -> bool:
    """Claim and report the task, open the first run's log; return False if it must not run here."""
    from .batch import Log, claim, load_jobs, open_events, started_event
    from .job import write_all

    submission, task = arguments.submission, arguments.task
    if refusal := claim(submission, task):
        print(f"Refusing to run: {refusal}.", file=sys.stderr)
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
    parser.add_argument("command", choices=("serve", "check", "batch", "once"))
    parser.add_argument("--events-fd", type=int, default=-1, help="of serve and check")
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--context", type=Path)
    parser.add_argument("--submission", type=Path, help="of batch: the folder with its jobs")
    parser.add_argument("--directory", help="of once: the working directory")
    parser.add_argument(
        FORK_OPTION, dest="fork", action="store_false", help="run each job in a new Python"
    )
    parser.add_argument("--task", type=int, default=0, help="of batch: number of the task")
    return parser.parse_args()


def _versions() -> dict[str, str]:
    """Import the modules that every job needs, once, and return their versions.

    Raises:
        ImportError: If one is missing.
    """
    found = {"python": platform.python_version()}
    for name in ("numpy", "h5py", "extra_data"):
        found[name] = str(getattr(import_module(name), "__version__", "?"))
    import_module("numpy.ma")  # opening a run needs it: import once, not per child
    return found


if __name__ == "__main__":
    sys.exit(main())
