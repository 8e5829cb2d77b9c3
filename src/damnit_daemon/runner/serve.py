"""The resident runner: reads the context file once and forks a child for each job.

Starting Python and importing what the user's code imports costs seconds; a fork
costs milliseconds. The resident itself never runs a variable. Each child has a
process group of its own, which is ended with it, and dies when the resident does.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from damnit_ctx import RunData

from .context import Context
from .execute import Evaluation
from .fragment import Computed, FragmentWriter
from .graph import UnknownVariable
from .opened_run import MockRun, OpenedRun, RunUnavailable
from .protocol import Event, Job, JobEnded, JobStarted, Note, VariableDone, decode_job, encode

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36  # both from linux/prctl.h
PRELOADED = ("xarray", "pandas", "matplotlib.pyplot", "PIL.Image", "h5netcdf", "scipy")
"""What a child may have imported and the next one should find already there."""


@dataclass
class Child:
    """A process that does a job."""

    job: Job
    pid: int
    events: int
    """The descriptor its events come from."""
    unread: bytes = b""
    running: str = ""
    """The variable whose function is being called."""
    failed: str = ""
    """Why the job as a whole failed, if it said so."""
    finished: bool = False
    """Whether it came to its end: user's code may call `os._exit(0)` too."""


class Resident:
    """Takes jobs from `stdin`, gives events to `out`; ends when `stdin` does.

    Children that are still at work then are ended: whoever asked is gone.
    """

    def __init__(self, context: Context, folder: Path, stdin: int, out: int) -> None:
        self._context = context
        self._folder = folder
        self._stdin = stdin
        self._out = out
        self._unread = b""
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Work until `stdin` ends."""
        _adopt_orphans()
        signal.signal(signal.SIGTERM, _raise_exit)
        deaths, wakeup = os.pipe()
        for end in (deaths, wakeup):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._stdin, selectors.EVENT_READ)
        self._selector.register(deaths, selectors.EVENT_READ)
        try:
            while self._turn(deaths):
                pass
        finally:
            for child in list(self._children.values()):
                _end_group(child.pid)

    def _turn(self, deaths: int) -> bool:
        """Wait for something and see to it; False once there is nobody to work for."""
        ready = self._selector.select()
        for key, _ in ready:
            if key.data is not None:
                self._read_events(key.data)
        for key, _ in ready:
            if key.fd == deaths:
                os.read(deaths, 1 << 16)
                self._bury_the_dead()
            elif key.fd == self._stdin and not self._read_jobs():
                return False
        return True

    def _read_jobs(self) -> bool:
        """Start what was asked for; False at the end of the input."""
        chunk = os.read(self._stdin, 1 << 16)
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        for line in lines:
            try:
                job = decode_job(line)
            except (ValueError, TypeError) as error:
                print(f"damnit runner: not a job: {error}", file=sys.stderr)
            else:
                self._start(job)
        return bool(chunk)

    def _start(self, job: Job) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        ours, theirs = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_child(job, theirs, parent)
        os.close(theirs)
        os.set_blocking(ours, False)
        child = Child(job, pid, ours)
        self._children[pid] = child
        self._selector.register(ours, selectors.EVENT_READ, child)

    def _become_child(self, job: Job, events: int, parent: int) -> None:
        """Do the job and exit; does not return, whatever happens."""
        status = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            _die_with_parent(parent)
            self._selector.close()
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, self._stdin)
            os.close(self._out)
            status = run_job(job, self._context, self._folder, events)
        except BaseException:  # noqa: BLE001 - the last stop before the process ends
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                try:
                    stream.flush()
                except (OSError, ValueError):
                    pass
            os._exit(status)

    def _read_events(self, child: Child) -> bool:
        """Pass on what there is; False if there was nothing."""
        try:
            chunk = os.read(child.events, 1 << 16)
        except BlockingIOError:
            return False
        if not chunk and child.pid in self._children:
            self._selector.unregister(child.events)  # it closed its end; its death comes apart
            os.close(child.events)
            child.events = -1
        *lines, child.unread = (child.unread + chunk).split(b"\n")
        for line in lines:
            self._relay(child, line)
        return bool(chunk)

    def _relay(self, child: Child, line: bytes) -> None:
        """Pass a child's event on, keeping track of what it is doing."""
        if line.startswith(b"running "):
            child.running = line[8:].decode()
        elif line.startswith(b"failed "):
            child.failed = line[7:].decode().replace("\x1f", "\n")
        elif line.startswith(b"finished "):
            child.finished = True
            _preload(line[9:].decode().split())
        else:
            _write_all(self._out, line + b"\n")

    def _bury_the_dead(self) -> None:
        """Finish with the children that have ended.

        The end of its events does not tell: a process that the user's code left
        behind may hold the pipe open.
        """
        for child in list(self._children.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._finish(child, status)

    def _finish(self, child: Child, status: int) -> None:
        _end_group(child.pid)
        while child.events >= 0 and self._read_events(child):
            pass
        if child.events >= 0:
            self._selector.unregister(child.events)
            os.close(child.events)
        _end_orphans({c.pid for c in self._children.values()})
        del self._children[child.pid]
        code = os.waitstatus_to_exitcode(status)
        outcome = "failed" if child.failed else "done" if child.finished else "killed"
        ended = JobEnded(child.job.job_id, outcome, child.failed, child.running, code)
        _write_all(self._out, encode(ended))


def run_job(job: Job, context: Context, folder: Path, events: int) -> int:
    """Do a job in this process; what happens is told on the descriptor `events`.

    Returns:
        The exit status for the process: 0 unless the job as a whole failed.
    """

    def tell(event: Event) -> None:
        lines = [encode(event)]
        if name := getattr(event, "name", ""):
            lines.append(f"running {'' if isinstance(event, VariableDone) else name}\n".encode())
        _write_all(events, b"".join(lines))

    def fail(reason: str) -> int:
        _write_all(events, b"failed " + reason.replace("\n", "\x1f").encode() + b"\n")
        return 1

    opened = (MockRun if job.mock else OpenedRun)(job.proposal, job.run)
    try:
        names, notes = _selection(job, context, opened)
        started = opened.start_time()
    except (RunUnavailable, UnknownVariable) as error:
        return fail(str(error))
    writer = FragmentWriter(folder, job.proposal, job.run)
    evaluation = Evaluation(context, job, opened, writer, tell)
    tell(JobStarted(job.job_id, os.getpid(), evaluation.needed(names)))
    for note in notes:
        tell(Note(job.job_id, note))
    try:
        computed = Computed(evaluation.clock(), 0.0, context.context_hash)
        path = writer.write_start_time(started, computed)
    except OSError as error:
        return fail(f"Results cannot be written to {folder}: {error}")
    tell(VariableDone(job.job_id, "start_time", "done", 0.0, str(path)))
    before = set(sys.modules)
    evaluation.evaluate(names)
    imported = [m for m in PRELOADED if m in sys.modules and m not in before]
    _write_all(events, f"finished {' '.join(imported)}\n".encode())
    return 0


def _selection(job: Job, context: Context, run: OpenedRun) -> tuple[list[str], list[str]]:
    """What to evaluate, in order, and what to say about it."""

    def select(data: RunData) -> list[str]:
        return context.graph.select(
            data=data, names=job.variables, match=job.match, cluster=job.cluster
        )

    names = select(RunData(job.data))
    proc = [n for n in names if context.graph.data[n] is RunData.PROC]
    if not proc or run.has_proc():
        return names, []
    if job.data == "proc":
        raise RunUnavailable(
            f"There is no proc data of run {job.run} of proposal {job.proposal} yet."
        )
    return select(RunData.RAW), ["Proc data is unavailable, only raw variables will be executed."]


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _raise_exit(*_: object) -> None:
    raise SystemExit(0)


def _preload(modules: list[str]) -> None:
    """Import what a child had to import, so that the next one need not."""
    for module in modules:
        try:
            __import__(module)
        except Exception:  # noqa: BLE001 - the next child will find out, and say so
            traceback.print_exc()


def _prctl(option: int, value: int) -> None:
    """Ask the kernel; without an answer (not Linux) things work, less tidily."""
    try:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (AttributeError, OSError):
        pass


def _adopt_orphans() -> None:
    """Processes that a child leaves behind become ours, and can be ended."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _die_with_parent(parent: int) -> None:
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(1)


def _end_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _end_orphans(keep: set[int]) -> None:
    """End the processes that a finished child left in groups of their own."""
    me = os.getpid()
    try:
        pids = Path(f"/proc/{me}/task/{me}/children").read_text().split()
    except OSError:
        return
    for pid in map(int, pids):
        if pid not in keep:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
