"""The runner in the user's Python: start it, send it jobs, read its events, end it."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ..errors import DamnitError
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner import FORK_OPTION
from ..runner.author import user_name
from ..runner.exit_reason import describe_exit
from ..runner.local_imports import MODULES_VARIABLE
from ..runner.protocol import (
    BatchStarted,
    ContextLoaded,
    Event,
    JobEnded,
    JobStarted,
    Problem,
    RunnerJob,
    RunnerMessage,
    VariableDone,
    VariableStarted,
    encode,
)
from .bundle import place_bundle
from .environment import user_environment
from .event_reader import EventReader
from .kept_contexts import KeptContext
from .process_group import ProcessGroup
from .run_log import CAP_BYTES, RunLog, log_header
from .stdout_reader import StdoutReader, Tee

LOOK_INTERVAL_S = 0.1
MOST_LINES = 400
"""Output lines kept from a Python that died: a stack trace and the names of its modules."""


class RunnerUnavailable(DamnitError):  # noqa: N818 – house style
    """The runner did not start in the user's Python, or has ended."""


@dataclass(frozen=True)
class Limits:
    """Limits on waiting time and output size."""

    start_s: float = 180.0
    """Seconds to load the context file: a first import from a shared file system is slow."""
    grace_s: float = 5.0
    """Seconds for processes to exit by themselves before they are killed."""
    log_bytes: int = CAP_BYTES
    """Bytes of a job's output that go into its log."""


@dataclass
class _Running:
    """A started process and its pipes."""

    group: ProcessGroup
    events: EventReader
    pump: StdoutReader
    job_pid: int = 0
    """The child that runs the job, in its own process group."""

    def close(self, grace_s: float) -> None:
        """End all processes, then close the pipes."""
        try:
            self.group.end(others=[self.job_pid], grace_s=grace_s, quiet=self.pump.ended.is_set)
        finally:
            self.pump.stop()
            self.events.close()


class RunnerProcess:
    """A resident runner that has loaded the context file of a folder.

    Use it as a context manager: no process outlives the block.

        with RunnerProcess(folder, python) as runner:
            for event in runner.run(job): ...

    Attributes:
        context: The runner's report on the context file; check its problems
            before sending jobs.
    """

    context: ContextLoaded

    def __init__(
        self,
        folder: DamnitFolder,
        python: Path,
        *,
        tee: Tee | None = None,
        on_idle: Callable[[], None] | None = None,
        environment: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        directory: Path | None = None,
        forks: bool = True,
        kept: KeptContext | None = None,
    ) -> None:
        """Prepare; `start` or entering the `with` block starts it.

        Args:
            folder: The DAMNIT folder.
            python: The user's interpreter.
            tee: Receives a copy of all output, from a thread.
            on_idle: Called several times a second while a job sends no events.
            environment: Replaces the daemon's own.
            limits: Replaces the defaults.
            directory: The working directory, which has the user's own modules; None: the folder.
            forks: If True, jobs may be forks; else each loads the context file anew.
            kept: An earlier context file to load; None for the folder's own.
        """
        self._folder = folder
        self._directory = folder.path if directory is None else directory
        self._python = python
        self._forks = forks
        self._kept = kept
        self._context_file = folder.context_file if kept is None else kept.file
        self._tee = tee
        self._on_idle = on_idle
        self._environment = os.environ if environment is None else environment
        self._limits = limits or Limits()
        self._running: _Running | None = None

    def __enter__(self) -> RunnerProcess:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """True if it can take a job."""
        return self._running is not None and not self._running.group.gone

    def start(self) -> ContextLoaded:
        """Start the interpreter and wait until it has loaded the context file.

        Raises:
            RunnerUnavailable: If it does not start, does not answer in time, or ends.
        """
        self._running = self._spawn()
        try:
            self.context = self._wait_for_context(self._running)
        except BaseException:
            self.close()
            raise
        return self.context

    def run(self, job: RunnerJob) -> Generator[Event]:
        """Send a job and yield its events until it has ended.

        The last event is always a `JobEnded`, even if the runner itself died (then it
        is no longer `alive`). If the generator is closed early, all processes are ended.

        Raises:
            RunnerUnavailable: If the runner was not alive at the start.
        """
        running = self._running
        if running is None or not self.alive:
            raise RunnerUnavailable("The runner has exited; start another one.")
        log = self._open_log(RunKey(job.proposal, job.run))
        running.pump.begin(log)
        ended = None
        try:
            running.group.send(encode(job))
            ended = yield from self._events_of(job, running)
        finally:
            running.pump.end()
            if ended is None:
                self.close()
        if log.problem:
            yield RunnerMessage(job.job_id, log.problem)
        yield ended

    def close(self) -> None:
        """End the runner and all its processes: TERM, then KILL after the grace period."""
        running, self._running = self._running, None
        if running is not None:
            running.close(self._limits.grace_s)

    def _open_log(self, key: RunKey) -> RunLog:
        log = RunLog(self._folder.log_file(key), cap_bytes=self._limits.log_bytes)
        log.write(log_header(key, user=user_name(), host=socket.gethostname()))
        return log

    def _spawn(self) -> _Running:
        if not self._folder.path.is_dir():
            raise RunnerUnavailable(f"There is no folder {self._folder.path}.")
        bundle = place_bundle(self._folder)
        environment = user_environment(self._environment, bundle)
        events, events_out = os.pipe()
        output, output_out = os.pipe()
        command = [os.fspath(self._python), *bundle.program, "serve"]
        command += ["--events-fd", str(events_out), "--folder", os.fspath(self._folder.path)]
        command += [] if self._forks else [FORK_OPTION]
        if self._kept is not None:
            command += ["--context", os.fspath(self._kept.file)]
            environment[MODULES_VARIABLE] = os.fspath(self._kept.folder.absolute())
        try:
            group = ProcessGroup(
                command,
                folder=self._directory,
                environment=environment,
                output=output_out,
                keep=[events_out],
            )
        except OSError as error:
            os.close(events)
            os.close(output)
            raise self._not_started(error) from None
        finally:
            os.close(events_out)
            os.close(output_out)
        return _Running(group, EventReader(events), StdoutReader(output, self._tee))

    def _not_started(self, error: OSError) -> RunnerUnavailable:
        return RunnerUnavailable(
            f"The context Python {self._python} does not start: {error.strerror}.",
            hint="Set another: damnit-daemon db-config context_python /path/to/bin/python",
        )

    def _wait_for_context(self, running: _Running) -> ContextLoaded:
        deadline = time.monotonic() + self._limits.start_s
        while time.monotonic() < deadline:
            gone = running.group.gone
            events = running.events.read(LOOK_INTERVAL_S)
            for event in events:
                if isinstance(event, ContextLoaded):
                    return event
            if not events and (gone or running.events.ended):
                what = describe_exit(running.group.exit_code())
                if line := self._line_in(running.pump.recent_lines(MOST_LINES)):
                    message = f"Python {what} while executing this line"
                    problem = Problem(message, str(self._context_file), line)
                    return ContextLoaded([], [problem], "")
                raise RunnerUnavailable(
                    f"The context Python {self._python} {what} before reading the context "
                    f"file.{_output_tail(running.pump)}"
                )
            if not events and self._on_idle is not None:
                self._on_idle()
        raise RunnerUnavailable(
            f"The context file was not read within {self._limits.start_s:g} s."
            f"{_output_tail(running.pump)}",
            hint="Check that it does not block when imported.",
        )

    def _line_in(self, printed: list[str]) -> int:
        """Return the line of the context file in Python's crash report; else 0."""
        place = f'File "{self._context_file.absolute()}", line '
        lines = [text.partition(place)[2] for text in printed if place in text]
        crashed = any(text.startswith("Fatal Python error") for text in printed)
        number = re.match(r"\d+", lines[0]) if crashed and lines else None
        return int(number[0]) if number else 0

    def _events_of(self, job: RunnerJob, running: _Running) -> Generator[Event, None, JobEnded]:
        """Yield a job's events except the last, which is returned."""
        called = ""
        while True:
            gone = running.group.gone
            events = running.events.read(LOOK_INTERVAL_S)
            for event in events:
                if isinstance(event, (BatchStarted, ContextLoaded)) or event.job_id != job.job_id:
                    continue
                if isinstance(event, JobEnded):
                    running.job_pid = 0
                    return event
                if isinstance(event, JobStarted):
                    running.job_pid = event.pid
                elif isinstance(event, (VariableStarted, VariableDone)):
                    called = event.name if isinstance(event, VariableStarted) else ""
                yield event
            if not events and (gone or running.events.ended):
                code = running.group.exit_code()
                reason = f"the runner itself {describe_exit(code)}"
                return JobEnded(job.job_id, "killed", reason, called, code)
            if not events and self._on_idle is not None:
                self._on_idle()


def _output_tail(pump: StdoutReader) -> str:
    return "".join(f"\n  {line}" for line in pump.recent_lines(6))
