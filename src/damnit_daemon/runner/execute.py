"""Evaluate the variables of one run, one after the other, each saved as it finishes."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from damnit_ctx import Argument, Cell, Skip, Variable

from .chain import DependencyError, blame, message_of
from .context import Context
from .fragment import Computed, FragmentWriter
from .mymdc import MyMdc
from .opened_run import OpenedRun
from .protocol import Event, Job, VariableDone, VariableStarted
from .read_back import NotThere, read_back
from .summary import summarise


class ProcessDied(Exception):  # noqa: N818 - it stands for what happened to an earlier child
    """An earlier try of this variable ended its process; the message says how."""


class _NotGiven(Exception):  # noqa: N818
    """A `param#` argument that nobody gave a value for."""


@dataclass
class Evaluation:
    """The state of one job: what is known so far, and how to save and tell."""

    context: Context
    job: Job
    run: OpenedRun
    writer: FragmentWriter
    tell: Callable[[Event], None]
    clock: Callable[[], float] = time.time
    values: dict[str, Any] = field(default_factory=dict)
    """Data of the variables that have some and that others still wait for."""
    errors: dict[str, BaseException] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    """Variables that returned None."""
    mymdc: MyMdc | None = None

    def evaluate(self, names: Sequence[str]) -> None:
        """Evaluate these variables in this order; never raises for what the user's code does."""
        for name, reason in self.job.lost.items():
            self.errors[name] = ProcessDied(reason)
        waiting = self.needed(names)
        while waiting:
            self._evaluate(self.context.variables[waiting.pop(0)])
            # An image that nobody waits for need not fill the memory until the end of the run.
            wanted = {n for name in waiting for n in self.context.graph.direct[name]}
            self.values = {name: data for name, data in self.values.items() if name in wanted}

    def needed(self, names: Sequence[str]) -> list[str]:
        """Those that are still to be called: not lost, and not saved unless something needs it."""
        settled = {*self.job.saved, *self.job.lost}
        if settled:  # of what an earlier child evaluated, only what others still wait for
            settled |= {n for n in names if self.context.variables[n].transient}
        needed = self.context.graph.closure(n for n in names if n not in settled)
        return [n for n in names if n in needed and n not in self.job.lost]

    def _evaluate(self, variable: Variable) -> None:
        name = variable.name
        if name in self.job.saved and self._read_back(name):
            return
        keep = not variable.transient and name not in self.job.saved
        self.tell(VariableStarted(self.job.job_id, name))
        cell: Cell | None = None
        error: BaseException | None = None
        began, me = time.perf_counter(), os.getpid()
        try:
            cell = self._call(variable)
        except KeyboardInterrupt:
            raise
        except BaseException as caught:  # noqa: BLE001 - one variable's failure is that variable's
            error = caught
        if os.getpid() != me:  # the function forked, and this is the copy
            os._exit(0)
        duration = time.perf_counter() - began
        if error is not None:
            self.errors[name] = error
        elif cell is None or cell.data is None:
            self.empty.add(name)
        else:
            self.values[name] = cell.data
        _log_outcome(name, error, duration)
        self._save(variable, cell, error, duration, keep=keep)

    def _read_back(self, name: str) -> bool:
        """Take the value that an earlier job saved; False if it has to be computed again."""
        folder, job = self.writer.folder, self.job
        try:
            self.values[name] = read_back(
                folder, job.proposal, job.run, name, self.context.context_hash
            )
        except NotThere:
            return False
        print(f"Read {name} back from the results file", file=sys.stderr, flush=True)
        return True

    def _call(self, variable: Variable) -> Cell | None:
        """Call the function and wrap what it returns; None if it returned None."""
        assert variable.func is not None
        arguments = self._arguments(variable)
        result = variable.func(self.run.of(self.context.graph.data[variable.name]), **arguments)
        if result is None:
            return None
        if variable.transient:  # anything may travel between variables
            return result if isinstance(result, Cell) else _TransientCell(result)
        cell = result if isinstance(result, Cell) else Cell(result)
        if cell.summary is None:
            cell.summary = variable.summary
        if cell.units is None:
            cell.units = variable.units
        return cell

    def _arguments(self, variable: Variable) -> dict[str, Any]:
        found: dict[str, Any] = {}
        missing: list[str] = []
        for argument in variable.arguments():
            if argument.source == "var":
                self._add_dependency(argument, variable.name, found, missing)
            elif argument.source == "param":
                if argument.required:
                    raise _NotGiven(f"no value was given for the parameter {argument.path!r}")
            else:
                found[argument.parameter] = self._metadata(argument)
        if missing:
            raise blame(missing, self.errors)
        return found

    def _add_dependency(
        self, argument: Argument, name: str, found: dict[str, Any], missing: list[str]
    ) -> None:
        names = self.context.graph.matching(argument, name)
        available = {n: self.values[n] for n in names if n in self.values}
        if argument.is_pattern and available:
            found[argument.parameter] = available
        elif available:
            found[argument.parameter] = available[argument.path]
        elif argument.required:
            missing += names

    def _metadata(self, argument: Argument) -> Any:
        if argument.source == "mymdc":
            if self.mymdc is None:
                self.mymdc = MyMdc(self.job.proposal, self.job.run, self.run.proposal_path())
            return self.mymdc.field(argument.path)
        if argument.path == "proposal_path":
            return self.run.proposal_path()
        return self.job.run if argument.path == "run_number" else self.job.proposal

    def _save(
        self,
        variable: Variable,
        cell: Cell | None,
        error: BaseException | None,
        duration: float,
        *,
        keep: bool,
    ) -> None:
        computed = Computed(self.clock(), duration, self.context.context_hash)
        fragment: Path | None = None
        if keep and error is None and cell is not None:
            try:
                summary = summarise(cell, cell.summary)
                fragment = self.writer.write_cell(variable.name, cell, summary, computed)
            except Exception as caught:  # noqa: BLE001 - h5py, xarray, Pillow, on the user's data
                error = caught
                _log_outcome(variable.name, error, duration)
        text, error_class = _describe(error, cell)
        if error_class == MemoryError.__name__ and not text:
            limit = self.job.memory_bytes
            text = (
                f"It needed more memory than the {limit / 1e9:.3g} GB it may use" if limit else ""
            )
        if keep and fragment is None:
            try:
                fragment = self.writer.write_error(variable.name, text, error_class, computed)
            except OSError as caught:
                text += f" (and this could not be saved: {caught})"
        self.tell(
            VariableDone(
                self.job.job_id,
                variable.name,
                _outcome(error, cell),
                duration,
                str(fragment or ""),
                text,
                error_class,
            )
        )


class _TransientCell(Cell):
    """Holds any object: it is never stored."""

    def __init__(self, data: Any) -> None:
        self.data = data


def _describe(error: BaseException | None, cell: Cell | None) -> tuple[str, str]:
    """The message and class under which it is stored; empty for a value.

    "Returned None" is stored as a skip, so that a value of an earlier time goes away.
    """
    if error is None:
        return ("", "") if cell is not None else ("The function returned None", Skip.__name__)
    if isinstance(error, _NotGiven):
        return str(error), Skip.__name__
    if isinstance(error, SystemExit):
        return f"The function called sys.exit({error.code!r})", "SystemExit"
    return message_of(error), type(error).__name__


def _outcome(error: BaseException | None, cell: Cell | None) -> str:
    if isinstance(error, (Skip, _NotGiven)):
        return "skipped"
    if error is not None:
        return "failed"
    return "done" if cell is not None else "empty"


def _log_outcome(name: str, error: BaseException | None, duration: float) -> None:
    """Write to the run's log, in DAMNIT's words."""
    if error is None:
        text = f"Computed {name} in {duration:.3f} s"
    elif isinstance(error, Skip):
        text = f"Skipped {name}: {message_of(error)}"
    elif isinstance(error, DependencyError):
        text = f"Skipping {name} because of missing dependencies: {message_of(error)}"
    else:
        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
            frames = frames.tb_next
        lines = traceback.format_exception(type(error), error, frames)
        text = f"Could not get data for {name}\n{''.join(lines)}"
    print(text, file=sys.stderr, flush=True)
