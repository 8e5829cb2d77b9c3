"""The resident runner: reads the context file once and forks a child for each job.

Starting Python and importing what the user's code imports costs seconds; a fork
costs milliseconds. The resident itself never runs a variable. Each child has a
process group of its own, which is ended with it, and dies when the resident does.

A fork has no threads but one. Where the context file began to use others, a child is
a Python of its own, which loads the file anew; so is one whose fork waits in vain.
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
from .protocol import Job, JobEnded, Note, VariableDone, decode_event, decode_job, encode
from .seeds import Seeds

WATCH_INTERVAL_S = 0.25
"""How often children with limits are looked at."""
STUCK_INTERVAL_S = 1.0
"""How often the others are, whether they wait for what they do not have."""
STUCK_S = 5.0
"""How long nothing must move in a child."""


@dataclass
class JobProcess:
    """A process that does a job."""

    job: Job
    pid: int
    events: int
    """The descriptor its events come from."""
    is_fork: bool = True
    """Whether it is a fork of ours, with the context file as we loaded it."""
    unread: bytes = b""
    running: str = ""
    """The variable whose function is being called."""
    failed: str = ""
    """Why the job as a whole failed, if it said so."""
    is_absent: bool = False
    """Whether that is so because the run has no files yet."""
    finished: bool = False
    """Whether it came to its end: user's code may call `os._exit(0)` too."""
    imported: list[str] = field(default_factory=list)
    """Modules that it had to import and the next one should find there."""
    deadline: float | None = None
    """By the monotonic clock, where its time is limited."""
    exceeded: str = ""
    """The limit for which it was ended."""
    saved: list[str] = field(default_factory=list)
    """Variables that have an outcome."""
    is_stuck: bool = False
    """Whether it was ended because it waited for a thread that is not there."""
    _waits: tuple[str, ...] = ()
    _waits_since: float = 0.0

    def offence(self, now: float) -> str:
        """The limit that it has exceeded; empty as long as there is none."""
        if self.deadline is not None and now >= self.deadline:
            return f"the time limit of {self.job.time_s:g} s was exceeded"
        limit = self.job.memory_bytes
        if limit and (used := processes.memory_of(self.pid)) > limit:
            return f"it used {used / 1e9:.3g} GB of memory, the limit is {limit / 1e9:.3g} GB"
        return ""

    def waits_in_vain(self, now: float) -> bool:
        """Whether it has been waiting, for a while, for a lock that nobody can free."""
        waits = processes.lock_waits(self.pid)
        if waits != self._waits:
            self._waits, self._waits_since = waits, now
        return bool(waits) and now - self._waits_since >= STUCK_S


class ForkServer:
    """Takes jobs from `stdin`, gives events to `out`; ends when `stdin` does.

    Children that are still at work then are ended: whoever asked is gone.
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
            context: What the context file declares.
            folder: The DAMNIT folder.
            stdin: Where jobs come from.
            out: Where events go.
            seeds: Of the random number generators; None: a child has them as they are.
            own_python: For children that cannot be forks; None: all are forks.
            obstacles: Why none can be a fork.
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
        self._is_told_to_end = False

    def serve(self) -> None:
        """Work until `stdin` ends."""
        processes.adopt_orphans()
        signals, wakeup = os.pipe()
        for end in (signals, wakeup):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        # They are heard of through the pipe: an exception could come in the middle of tidying up.
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
        self._is_told_to_end = True

    def _turn(self, signals: int) -> bool:
        """Wait for something and see to it; False once there is nobody to work for."""
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
        """How long to wait for news before children are looked at."""
        children = self._children.values()
        if any(c.deadline or c.job.memory_bytes for c in children):
            return WATCH_INTERVAL_S
        return STUCK_INTERVAL_S if children else None

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

    def _become_child(self, job: Job, events: int, parent: int) -> None:
        """Do the job and exit; does not return, whatever happens."""
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

    def _relay(self, child: JobProcess, line: bytes) -> None:
        """Pass a child's event on, keeping track of what it is doing."""
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
        """End the children that exceed a limit; what they were doing is told as usual."""
        now = time.monotonic()
        for child in self._children.values():
            if child.exceeded:
                continue
            child.exceeded = child.offence(now)
            if not child.exceeded and child.waits_in_vain(now):
                child.is_stuck = child.is_fork and self._own_python is not None
                child.exceeded = "it waited for a lock that no thread could free"
            if child.exceeded:
                processes.end_group(child.pid)

    def _bury_the_dead(self) -> None:
        """Finish with the children that have ended.

        The end of its events does not tell: a process that the user's code left
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
        self._tell_end(JobEnded(child.job.job_id, outcome, reason, child.running, code))
        _preload(child.imported)  # after the answer, which somebody waits for

    def _do_again(self, child: JobProcess) -> None:
        """Do what a fork left undone in a Python of its own, and all other jobs likewise."""
        self._obstacles.append("a lock or a thread that a forked process does not have")
        where = f"{child.running!r} waited" if child.running else "It waited"
        message = (
            f"{where} for a thread that was started while the context file was read, and that a "
            "forked process does not have. From here on each job is done in a Python of its own"
        )
        print(f"damnit runner: {message}.", file=sys.stderr, flush=True)
        write_all(self._out, encode(Note(child.job.job_id, message)))
        done = [name for name in child.saved if name != START_TIME]
        self._start(replace(child.job, saved=[*child.job.saved, *done]))

    def _tell_end(self, ended: JobEnded) -> None:
        """Tell that a child is gone."""
        write_all(self._out, encode(ended))


def _preload(modules: list[str]) -> None:
    """Import what a child had to import, so that the next one need not."""
    for module in modules:
        try:
            __import__(module)
        except Exception:  # noqa: BLE001 - the next child will find out, and say so
            traceback.print_exc()
