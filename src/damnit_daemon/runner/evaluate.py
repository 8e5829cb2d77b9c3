"""Call the functions of variables with their arguments. Independent of files and jobs."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .cell import Cell
from .dependency_errors import DependencyError, dependency_error, message_of
from .graph import Graph
from .mymdc import MyMdc
from .variable import Argument, RunData, Skip, Variable


class EvaluatedRun(Protocol):
    """The run that variables are evaluated on."""

    proposal: int
    run: int

    def of(self, data: RunData) -> Any:
        """Return the object that functions get for `data`."""

    def proposal_path(self) -> Path:
        """The proposal's folder."""


class NotGiven(Skip):
    """A `param#` argument without a value."""


NotGiven.__name__ = Skip.__name__  # stored under this name


@dataclass
class Evaluator:
    """Evaluates variables one by one, each after its dependencies.

    Attributes:
        graph: Their dependencies.
        run: The run they are evaluated on.
        parameters: Values for `param#` arguments.
        values: Data of the variables that have a value.
        errors: Exceptions of the others.
    """

    graph: Graph
    run: EvaluatedRun
    parameters: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, BaseException] = field(default_factory=dict)
    is_interruptible: bool = True
    """True if Ctrl-C is from the waiting user, and not a variable's failure."""
    _mymdc: MyMdc | None = None

    def evaluate(self, variable: Variable) -> Cell | None:
        """Call a variable's function and keep its result.

        Returns:
            The result as a cell; None if the function returned None, or raised: then the
            exception is in `errors`.
        """
        name = variable.name
        self.errors.pop(name, None)
        try:
            cell = self._call(variable)
        except BaseException as error:  # a failure affects only its variable
            if self.is_interruptible and isinstance(error, KeyboardInterrupt):
                raise
            self.errors[name] = error
            return None
        if cell is not None and cell.data is not None:
            self.values[name] = cell.data
        return cell

    def forget_all_but(self, names: Iterable[str]) -> None:
        """Release values: an image that no variable waits for need not fill the memory."""
        kept = set(names)
        self.values = {name: data for name, data in self.values.items() if name in kept}

    def _call(self, variable: Variable) -> Cell | None:
        assert variable.func is not None
        arguments = self._arguments(variable)
        result = variable.func(self.run.of(self.graph.data[variable.name]), **arguments)
        if result is None:
            return None
        if variable.transient:  # variables may pass any object
            return result if isinstance(result, Cell) else TransientCell(result)
        cell = result if isinstance(result, Cell) else Cell(result)
        if cell.is_empty:
            return None
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
                self._add_parameter(argument, found)
            elif argument.is_unknown:
                source = f"{argument.source}#{argument.path}"
                raise RuntimeError(f"Unknown path {source!r} for variable {variable.title!r}")
            elif argument.source == "missing":
                if argument.required:
                    raise Skip(f"There is no {argument.path}: the group was created without it")
            else:
                found[argument.parameter] = self._metadata(argument)
        if missing:
            raise dependency_error(missing, self.errors)
        return found

    def _add_dependency(
        self, argument: Argument, name: str, found: dict[str, Any], missing: list[str]
    ) -> None:
        names = self.graph.matching(argument, name)
        available = {n: self.values[n] for n in names if n in self.values}
        if argument.is_pattern and available:
            found[argument.parameter] = available
        elif available:
            found[argument.parameter] = available[argument.path]
        elif argument.required:
            missing += names

    def _add_parameter(self, argument: Argument, found: dict[str, Any]) -> None:
        if argument.path in self.parameters:
            found[argument.parameter] = self.parameters[argument.path]
        elif argument.required:
            raise NotGiven(f"no value was given for the parameter {argument.path!r}")

    def _metadata(self, argument: Argument) -> Any:
        if argument.source == "mymdc":
            if self._mymdc is None:
                run = self.run
                self._mymdc = MyMdc(run.proposal, run.run, run.proposal_path())
            return self._mymdc.field(argument.path)
        if argument.path == "proposal_path":
            return self.run.proposal_path()
        return self.run.run if argument.path == "run_number" else self.run.proposal


class TransientCell(Cell):
    """A cell that may hold any object, because it is never stored."""

    def __init__(self, data: Any) -> None:
        self.data = data


def outcome_line(name: str, error: BaseException | None, duration_s: float) -> str:
    """Return the line about a variable in a run's log, in DAMNIT's words."""
    if error is None:
        return f"Computed {name} in {duration_s:.3f} s"
    if isinstance(error, Skip):
        return f"Skipped {name}: {message_of(error)}"
    if isinstance(error, DependencyError):
        return f"Skipping {name} because of missing dependencies: {message_of(error)}"
    frames, here = error.__traceback__, str(Path(__file__).parent)
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(here):
        frames = frames.tb_next
    lines = traceback.format_exception(type(error), error, frames)
    return f"Could not get data for {name}\n{''.join(lines)}"


def describe(error: BaseException | None, cell: Cell | None) -> tuple[str, str]:
    """Return the message and class stored for an outcome; empty for a value.

    "Returned None" is stored as a skip, so that an earlier value is removed.
    """
    if error is None:
        return ("", "") if cell is not None else ("The function returned None", Skip.__name__)
    if isinstance(error, SystemExit):
        return f"The function called sys.exit({error.code!r})", "SystemExit"
    return message_of(error), type(error).__name__
