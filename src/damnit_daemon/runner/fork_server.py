"""The resident runner: loads the context file once and forks a child for each job.

Starting Python and importing the user's modules takes seconds; a fork takes
milliseconds. The resident itself never evaluates a variable. Each child has its own
process group, which is ended with it, and dies with the resident.

A fork has only one thread. If the context file has started others, a child is
a new Python that loads the file anew; so is the replacement of a deadlocked fork.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import processes
from .context import Context
from .file_format import START_TIME
from .forks import OwnPython
from .job import end_process, limit, run_job, write_all
from .protocol import (
    JobEnded,
    RunnerJob,
    RunnerMessage,
    VariableDone,
    decode_event,
    decode_job,
    encode,
)
from .seeds import Seeds

WATCH_INTERVAL_S = 0.25
"""Interval of checks on children with limits."""
STUCK_INTERVAL_S = 1.0
"""Interval of deadlock checks on the others."""
STUCK_S = 5.0
"""Time without progress after which a child counts as deadlocked."""


@dataclass
class JobProcess:
    """A process that runs a job."""

    job: RunnerJob
    pid: int
    events: int
    """The descriptor of its events."""
    is_fork: bool = True
    """True if it is a fork of the resident, with its context file already loaded."""
    unread: bytes = b""
    running: str = ""
    """The variable whose function is running."""
    failed: str = ""
    """Why the job as a whole failed, if reported."""
    is_absent: bool = False
    """True if it failed because the run has no files yet."""
    finished: bool = False
    """True if it reported its end: user code may call `os._exit(0)` too."""
    imported: list[str] = field(default_factory=list)
    """Modules that it had to import, to be preloaded for the next one."""
    deadline: float | None = None
    """Monotonic time of its deadline, if it has a time limit."""
    exceeded: str = ""
    """The limit that it was ended for."""
    saved: list[str] = field(default_factory=list)
    """Variables with an outcome."""
    is_stuck: bool = False
    """True if it was ended because it waited for a thread that does not exist."""
    _waits: tuple[str, ...] = ()
    _waits_since: float = 0.0

    def offence(self, now: float) -> str:
        """Return the limit it has exceeded; empty if none."""
        if self.deadline is not None and now >= self.deadline:
            return f"the time limit of {self.job.time_s:g} s was exceeded"
        limit = self.job.memory_bytes
        if limit and (used := processes.memory_of(self.pid)) > limit:
            return f"it used {used / 1e9:.3g} GB of memory, the limit is {limit / 1e9:.3g} GB"
        return ""

    def waits_in_vain(self, now: float) -> bool:
        """Return True if it has waited for `STUCK_S` on a lock that no thread can release."""
        waits = processes.lock_waits(self.pid)
        if waits != self._waits:
            self._waits, self._waits_since = waits, now
        return bool(waits) and now - self._waits_since >= STUCK_S


class ForkServer:
    """Reads jobs from `stdin` and writes events to `out`; ends with `stdin`.

    Children that are still running then are ended: the client is gone.
    """

    def __init__(
        self,
        context: Context,
        folder: Path,
        stdin: int,
        out: int,
        *,
        seeds: Seeds | None = None,
        own_python: OwnPython | None = None,
        obstacles: Sequence[str] = (),
    ) -> None:
        """Prepare.

        Args:
            context: The loaded context file.
            folder: The DAMNIT folder.
            stdin: Descriptor for jobs.
            out: Descriptor for events.
            seeds: Random number generators to reseed; None: children inherit their state.
            own_python: Starts children that cannot be forks; None: all are forks.
            obstacles: Why children cannot be forks.
        """
        self._context = context
        self._folder = folder
        self._seeds = seeds
        self._own_python = own_python
        self._obstacles = list(obstacles)
        self._stdin = stdin
        self._out = out
        self._unread = b""
        self._children: dict[int, JobProcess] = {}
        self._selector = selectors.DefaultSelector()
        self._must_end = False

    def serve(self) -> None:
        """Serve jobs until `stdin` ends."""
        processes.adopt_orphans()
        signals, wakeup = os.pipe()
        for end in (signals, wakeup):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        # Signals arrive through the pipe: an exception could interrupt the cleanup.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._note_end)
        self._selector.register(self._stdin, selectors.EVENT_READ)
        self._selector.register(signals, selectors.EVENT_READ)
        try:
            while self._turn(signals):
                pass
        finally:
            for child in list(self._children.values()):
                processes.end_group(child.pid)
            processes.end_descendants()

    def _note_end(self, *_: object) -> None:
        self._must_end = True

    def _turn(self, signals: int) -> bool:
        """Wait for an event and handle it; return False once the client is gone."""
        ready = self._selector.select(self._patience_s())
        self._end_offenders()
        for key, _ in ready:
            if key.data is not None:
                self._read_events(key.data)
        for key, _ in ready:
            if key.fd == signals:
                numbers = os.read(signals, 1 << 16)
                self._bury_the_dead()
                if signal.SIGTERM in numbers:
                    return False
            elif key.fd == self._stdin and not self._read_jobs():
                return False
        return True

    def _patience_s(self) -> float | None:
        """Return the time to wait for events before checking the children."""
        children = self._children.values()
        if any(c.deadline or c.job.memory_bytes for c in children):
            return WATCH_INTERVAL_S
        return STUCK_INTERVAL_S if children else None

    def _read_jobs(self) -> bool:
        """Start the requested jobs; return False at the end of the input."""
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

    def _start(self, job: RunnerJob) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        ours, theirs = os.pipe()
        parent = os.getpid()
        if is_fork := not (self._obstacles and self._own_python):
            pid = os.fork()
            if pid == 0:
                self._become_child(job, theirs, parent)
        else:
            assert self._own_python is not None
            pid = self._own_python.start(job, self._context.path, theirs)
        os.close(theirs)
        os.set_blocking(ours, False)
        deadline = time.monotonic() + job.time_s if job.time_s else None
        child = JobProcess(job, pid, ours, is_fork, deadline=deadline)
        self._children[pid] = child
        self._selector.register(ours, selectors.EVENT_READ, child)

    def _become_child(self, job: RunnerJob, events: int, parent: int) -> None:
        """Run the job and exit; never returns."""
        status = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGTERM, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            processes.die_with_parent(parent)
            self._selector.close()
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, self._stdin)
            os.close(self._out)
            limit(job)
            if self._seeds is not None:
                self._seeds.renew()
            status = run_job(job, self._context, self._folder, events)
        except BaseException:  # noqa: BLE001 - the last stop before the process ends
            traceback.print_exc()
        finally:
            end_process(status)

    def _read_events(self, child: JobProcess) -> bool:
        """Forward a child's pending events; return False if there were none."""
        try:
            chunk = os.read(child.events, 1 << 16)
        except BlockingIOError:
            return False
        if not chunk and child.pid in self._children:
            self._selector.unregister(child.events)  # its end is closed; its exit comes separately
            os.close(child.events)
            child.events = -1
        *lines, child.unread = (child.unread + chunk).split(b"\n")
        for line in lines:
            self._relay(child, line)
        return bool(chunk)

    def _relay(self, child: JobProcess, line: bytes) -> None:
        """Forward a child's event and track what it is doing."""
        if line.startswith(b"running "):
            child.running = line[8:].decode()
        elif line.startswith((b"failed ", b"absent ")):
            child.failed = line[7:].decode().replace("\x1f", "\n")
            child.is_absent = line.startswith(b"absent ")
        elif line.startswith(b"finished "):
            child.finished = True
            child.imported = line[9:].decode().split()
        else:
            if b'"VariableDone"' in line[:32]:
                event = decode_event(line)
                assert isinstance(event, VariableDone)
                child.saved.append(event.name)
            write_all(self._out, line + b"\n")

    def _end_offenders(self) -> None:
        """End the children that exceed a limit; their last variable is reported as usual."""
        now = time.monotonic()
        for child in self._children.values():
            if child.exceeded:
                continue
            child.exceeded = child.offence(now)
            if not child.exceeded and child.waits_in_vain(now):
                child.is_stuck = child.is_fork and self._own_python is not None
                child.exceeded = "it waited for a lock that no thread could release"
            if child.exceeded:
                processes.end_group(child.pid)

    def _bury_the_dead(self) -> None:
        """Reap the children that have ended.

        The end of a child's events is no proof: a process that the user's code left
        behind may hold the pipe open.
        """
        for child in list(self._children.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._finish(child, status)

    def _finish(self, child: JobProcess, status: int) -> None:
        processes.end_group(child.pid)
        while child.events >= 0 and self._read_events(child):
            pass
        if child.events >= 0:
            self._selector.unregister(child.events)
            os.close(child.events)
        processes.end_orphans({c.pid for c in self._children.values()})
        del self._children[child.pid]
        if child.is_stuck:
            self._do_again(child)
            return
        code = os.waitstatus_to_exitcode(status)
        failed = "absent" if child.is_absent else "failed"
        outcome = failed if child.failed else "done" if child.finished else "killed"
        reason = child.failed or (f"killed: {child.exceeded}" if child.exceeded else "")
        self._send_end(JobEnded(child.job.job_id, outcome, reason, child.running, code))
        _preload(child.imported)  # after the answer, so as not to delay it

    def _do_again(self, child: JobProcess) -> None:
        """Finish a deadlocked fork's job in a new Python, and run all later jobs that way."""
        self._obstacles.append("a lock or a thread that a forked process does not have")
        where = f"{child.running!r} waited" if child.running else "It waited"
        message = (
            f"{where} for a thread that was started while the context file was loaded and "
            "did not survive the fork. From now on each job runs in a new Python"
        )
        print(f"damnit runner: {message}.", file=sys.stderr, flush=True)
        write_all(self._out, encode(RunnerMessage(child.job.job_id, message)))
        done = [name for name in child.saved if name != START_TIME]
        self._start(replace(child.job, saved=[*child.job.saved, *done]))

    def _send_end(self, ended: JobEnded) -> None:
        """Report that a child is gone."""
        write_all(self._out, encode(ended))


def _preload(modules: list[str]) -> None:
    """Import modules that a child had to import, so that the next one need not."""
    for module in modules:
        try:
            __import__(module)
        except Exception:  # noqa: BLE001 - the next child will find out, and say so
            traceback.print_exc()
