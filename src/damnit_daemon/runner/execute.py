"""Evaluate the variables of one run, one after the other, each saved as it finishes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .cell import Cell
from .context import Context
from .evaluate import Evaluator, describe, outcome_line
from .fragment import FragmentWriter
from .parameter import Plain
from .progress import ProgressReport, begin
from .protocol import Event, RunnerJob, VariableDone, VariableStarted
from .run_data import OpenedRun
from .saved_values import ValueMissing, read_back
from .staged_file import NotWritten
from .variable import Skip, Variable


class ProcessDied(Exception):  # noqa: N818 - it stands for what happened to an earlier child
    """An earlier attempt at this variable ended its process; the message has the reason."""


@dataclass
class Evaluation:
    """The state of one job: its results so far, and how to save and report them."""

    context: Context
    job: RunnerJob
    run: OpenedRun
    writer: FragmentWriter
    send: Callable[[Event], None]
    send_if_ready: Callable[[Event], object]
    """Send an event from any thread, or drop it instead of waiting."""
    parameters: Mapping[str, Plain]
    """Values of all parameters."""
    clock: Callable[[], float] = time.time
    evaluator: Evaluator = field(init=False)

    def __post_init__(self) -> None:
        self.evaluator = Evaluator(
            self.context.graph, self.run, self.parameters, is_interruptible=False
        )

    def evaluate(self, names: Sequence[str]) -> None:
        """Evaluate these variables in this order; never raises for errors of the user's code."""
        for name, reason in self.job.lost.items():
            self.evaluator.errors[name] = ProcessDied(reason)
        waiting = self.needed(names)
        while waiting:
            self._evaluate(self.context.variables[waiting.pop(0)])
            self.evaluator.forget_all_but(
                n for name in waiting for n in self.context.graph.direct[name]
            )

    def needed(self, names: Sequence[str]) -> list[str]:
        """Return those still to be called: not lost, and saved ones only if another needs them."""
        settled = {*self.job.saved, *self.job.lost}
        if settled:  # results of an earlier child only if others still need them
            settled |= {n for n in names if self.context.variables[n].transient}
        needed = self.context.graph.closure(n for n in names if n not in settled)
        return [n for n in names if n in needed and n not in self.job.lost]

    def _evaluate(self, variable: Variable) -> None:
        name = variable.name
        if name in self.job.saved and self._read_back(name):
            return
        keep = not variable.transient and name not in self.job.saved
        self.send(VariableStarted(self.job.job_id, name))
        began, me = time.perf_counter(), os.getpid()
        begin(ProgressReport(self.job.job_id, name, self.send_if_ready))
        cell = self.evaluator.evaluate(variable)
        if os.getpid() != me:  # the function forked; this is the copy
            os._exit(0)
        begin(None)
        duration = time.perf_counter() - began
        error = self.evaluator.errors.get(name)
        _log_outcome(name, error, duration)
        self._save(variable, cell, error, duration, keep=keep)

    def _read_back(self, name: str) -> bool:
        """Load the value saved by an earlier job; return False if it must be computed again."""
        folder, job = self.writer.folder, self.job
        try:
            self.evaluator.values[name] = read_back(
                folder, job.proposal, job.run, name, self.context.context_hash
            )
        except ValueMissing:
            return False
        print(f"Read {name} back from the results file", file=sys.stderr, flush=True)
        return True

    def _save(
        self,
        variable: Variable,
        cell: Cell | None,
        error: BaseException | None,
        duration: float,
        *,
        keep: bool,
    ) -> None:
        computed = self.context.computed(variable.name, self.clock(), duration)
        used = self.context.graph.parameters(variable.name) & self.parameters.keys()
        if used:
            values = {name: self.parameters[name] for name in sorted(used)}
            computed = replace(computed, parameters=values)
        computed = replace(computed, job=self.job.number)
        fragment: Path | None = None
        not_saved = ""
        if keep and error is None and cell is not None:
            try:
                fragment = self.writer.write_cell(variable.name, cell, computed)
            except NotWritten as caught:
                error = caught
                not_saved = str(caught)
                _log_outcome(variable.name, error, duration)
            except Exception as caught:  # noqa: BLE001 - h5py, xarray, Pillow, on the user's data
                error = caught
                _log_outcome(variable.name, error, duration)
        text, error_class = describe(error, cell)
        if isinstance(error, MemoryError) and (limit := self.job.memory_bytes):
            limit_text = f"It needed more memory than its limit of {limit / 1e9:.3g} GB"
            # NumPy's text has only the size of an array.
            text = f"{limit_text}: {text}" if text else limit_text
        if keep and fragment is None:
            try:
                fragment = self.writer.write_error(variable.name, text, error_class, computed)
            except OSError as caught:
                not_saved = str(caught)
                text += f" (and this could not be saved: {caught})"
        self.send(
            VariableDone(
                self.job.job_id,
                variable.name,
                _outcome(error, cell),
                duration,
                str(fragment or ""),
                text,
                error_class,
                not_saved,
            )
        )


def _outcome(error: BaseException | None, cell: Cell | None) -> str:
    if isinstance(error, Skip):
        return "skipped"
    if error is not None:
        return "failed"
    return "done" if cell is not None else "empty"


def _log_outcome(name: str, error: BaseException | None, duration_s: float) -> None:
    text = outcome_line(name, error, duration_s)
    print(text, file=sys.stderr, flush=True)
