"""Dry run of an unsaved context file: loaded in the context Python, evaluated for one run.

Runs in a temporary folder that is deleted afterwards: nothing is stored.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from damnit_daemon.errors import DamnitError
from damnit_daemon.hdf5 import FragmentValue, ResultsError, read_fragment
from damnit_daemon.launch import Limits, RunnerProcess
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.lint import check_source
from damnit_daemon.runner.protocol import (
    ContextLoaded,
    JobEnded,
    Problem,
    RunnerJob,
    RunnerMessage,
    VariableDone,
    VariableStarted,
)
from damnit_daemon.store import Database, load_setting
from damnit_daemon.store.settings import CONTEXT_PYTHON

START_S = 60.0
"""Timeout for loading the file."""
TRY_S = 600.0
"""Timeout for all variables together."""


class DryRunCancelled(Exception):  # noqa: N818 – house style
    """The dry run is no longer wanted."""


@dataclass(frozen=True)
class DryRunResult:
    """The result of one variable."""

    name: str
    outcome: str = ""
    """The runner's outcome; empty while it is being computed."""
    duration_s: float = 0.0
    value: FragmentValue | None = None
    message: str = ""


class DryRun:
    """Load and evaluate versions of a folder's context file.

    Args:
        folder: The folder; only read.
        should_continue: Polled several times a second.
        on_output: Receives what the file prints, in a thread.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        *,
        should_continue: Callable[[], bool] = lambda: True,
        on_output: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._should_continue = should_continue
        self._on_output = on_output

    def check(self, text: str) -> ContextLoaded:
        """Load a text; its problems name `context.py`, not the temporary file."""
        with self._runner(text) as (runner, place):
            return _renamed(runner.context, place, self._folder.context_file)

    def evaluate(
        self, text: str, key: RunKey, names: Sequence[str] | None
    ) -> Iterator[DryRunResult | RunnerMessage | ContextLoaded]:
        """Load a text and evaluate variables of a run, yielding events as they happen.

        Args:
            text: Text of a context file.
            key: The run.
            names: The variables; None for all.

        Raises:
            DamnitError: If the job as a whole fails.
        """
        with self._runner(text) as (runner, place):
            yield _renamed(runner.context, place, self._folder.context_file)
            if any(problem.severity == "error" for problem in runner.context.problems):
                return
            job = RunnerJob(
                "try",
                key.proposal,
                key.run,
                variables=None if names is None else list(names),
                time_s=TRY_S,
            )
            for event in runner.run(job):
                if isinstance(event, VariableStarted):
                    yield DryRunResult(event.name)
                elif isinstance(event, VariableDone) and event.name != "start_time":
                    yield self._tried(event, key)
                elif isinstance(event, RunnerMessage):
                    yield event
                elif isinstance(event, JobEnded) and event.outcome != "done":
                    raise DamnitError(f"The dry run stopped early: {event.reason}.")

    def _tried(self, event: VariableDone, key: RunKey) -> DryRunResult:
        value = None
        if event.fragment:
            try:
                found = read_fragment(Path(event.fragment), key).values
                value = found[0] if found else None
            except ResultsError as error:
                return DryRunResult(event.name, event.outcome, event.duration_s, message=str(error))
        return DryRunResult(event.name, event.outcome, event.duration_s, value, _error(event))

    @contextmanager
    def _runner(self, text: str) -> Iterator[tuple[RunnerProcess, Path]]:
        place = self._make_place()
        try:
            (place / "context.py").write_text(text, "utf-8")
            process = RunnerProcess(
                DamnitFolder(place),
                self._python(),
                tee=self._pass_on,
                on_idle=self._end_if_unwanted,
                limits=Limits(start_s=START_S),
                directory=self._folder.path,
            )
            with process as runner:
                yield runner, place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _pass_on(self, printed: bytes) -> None:
        self._on_output(printed.decode("utf-8", "replace"))

    def _make_place(self) -> Path:
        try:
            return Path(tempfile.mkdtemp(prefix="try-", dir=self._folder.internals))
        except OSError:  # read-only, or no daemon has run here yet
            return Path(tempfile.mkdtemp(prefix="damnit-try-"))

    def _python(self) -> Path:
        with Database(self._folder.database).reading() as con:
            setting = load_setting(con, CONTEXT_PYTHON)
        return Path(str(setting)) if setting not in (None, "") else Path(sys.executable)

    def _end_if_unwanted(self) -> None:
        if not self._should_continue():
            raise DryRunCancelled


def _error(event: VariableDone) -> str:
    return ": ".join(filter(None, [event.error_class, event.error]))


def advice(text: str) -> list[Problem]:
    """Problems found without executing the text; none if it is not valid Python."""
    try:
        return check_source(text)
    except SyntaxError:
        return []


def changed_variables(before: ContextLoaded, after: ContextLoaded) -> list[str]:
    """Variables that another text computes differently, and new ones."""
    known = {variable.name: variable.fingerprint for variable in before.variables}
    return sorted(v.name for v in after.variables if known.get(v.name) != v.fingerprint)


def _renamed(loaded: ContextLoaded, place: Path, real: Path) -> ContextLoaded:
    def name(text: str) -> str:
        return text.replace(str(place / "context.py"), str(real))

    problems = [_moved(problem, name) for problem in loaded.problems]
    hints = [_moved(problem, name) for problem in loaded.advice]
    return ContextLoaded(
        loaded.variables,
        problems,
        loaded.context_hash,
        name(loaded.traceback),
        loaded.versions,
        hints,
        loaded.helpers,
    )


def _moved(problem: Problem, name: Callable[[str], str]) -> Problem:
    return Problem(
        name(problem.message), name(problem.file), problem.line, problem.column, problem.severity
    )
