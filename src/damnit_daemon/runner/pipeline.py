"""Evaluate all or part of a context file in a program: on a run, or on any other data."""

from __future__ import annotations

import copy
import hashlib
import itertools
import linecache
import logging
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from .cell import Cell
from .collect import Item, flatten, gather
from .context import Context, read_source
from .context_file import module_name
from .default_pipeline import current
from .dependency_errors import DependencyError
from .encode import Computed
from .evaluate import Evaluator, outcome_line
from .file_format import START_TIME
from .local_imports import digest
from .results import Results
from .run_data import GivenRun, OpenedRun, RunUnavailable
from .variable import GroupError, RunData, Skip, Variable

LOG = logging.getLogger("damnit")


class ContextFileErrors(RuntimeError):  # noqa: N818 - DAMNIT's name
    """The variables cannot be evaluated together.

    Attributes:
        problems: The errors, each with its place.
    """

    def __init__(self, context: Context) -> None:
        self.problems = [p for p in context.problems if p.severity == "error"]
        super().__init__("\n".join(map(str, self.problems)))


class Pipeline:
    """Variables that are evaluated together on a run.

        pipeline = Pipeline.from_context_file("context.py")
        results = pipeline.with_context(proposal=1234, run_number=42).execute()

        pipeline = Pipeline(1234, 42, data=my_data)
        pipeline.add(energy, XGM(name="sa2", device="SA2_XTD1_XGM/XGM/DOOCS:output"))
        results = pipeline.select(match="energy").execute()

    Nothing is copied: the functions run here, in this process.

    Args:
        proposal: Number of the proposal.
        run_number: Number of the run.
        name: Name in the log; default: twelve digits derived from its contents.
        data: Object passed to functions as the run. By default the run's files are opened.
        run_data: Files, and so variables, to use: raw, proc, or all (the default).
        param_values: Values for `"param#name"` arguments.

    Attributes:
        results: Results of the last evaluation; None before, and after adding items.
    """

    def __init__(
        self,
        proposal: int | None = None,
        run_number: int | None = None,
        *,
        name: str | None = None,
        data: Any = None,
        run_data: RunData | str | None = None,
        param_values: Mapping[str, Any] | None = None,
    ) -> None:
        self.proposal = proposal
        self.run_number = run_number
        self.data = data
        self.run_data = None if run_data is None else RunData(run_data)
        self.param_values = dict(param_values or {})
        self.results: Results | None = None
        self._name = name
        self._items: list[Item] = []
        self._read: Context | None = None
        self._context: Context | None = None

    @classmethod
    def from_context_file(cls, path: str | Path, *, name: str | None = None) -> Pipeline:
        """Make a pipeline of the variables of a context file.

        The file may import modules from its own folder, which is appended to `sys.path`.

        Raises:
            ContextFileErrors: If the file does not load; with every problem and its place.
            OSError: If it cannot be read.
        """
        path = Path(path).absolute()
        source = path.read_bytes()
        if str(path.parent) not in sys.path:
            sys.path.append(str(path.parent))
        module = module_name(next(_numbers), digest(source), path)
        return cls._made_of(read_source(source, path, module=module, directory=path.parent), name)

    @classmethod
    def from_str(
        cls, code: str, *, path: str | Path = "<string>", name: str | None = None
    ) -> Pipeline:
        """Make a pipeline of the text of a context file.

        Raises:
            ContextFileErrors: If it does not load.
        """
        lines = code.splitlines(keepends=True)
        linecache.cache[str(path)] = (len(code), None, lines, str(path))  # for tracebacks
        source = code.encode()
        module = module_name(next(_numbers), digest(source), None)
        return cls._made_of(read_source(source, Path(path), module=module), name)

    @classmethod
    def _made_of(cls, context: Context, name: str | None) -> Pipeline:
        if not context.ok:
            raise ContextFileErrors(context) from context.cause
        made = cls(name=name)
        made._read = context
        made._items = [("", variable) for variable in context.variables.values()]
        return made

    @staticmethod
    def default() -> Pipeline:
        """In a context file: return the pipeline evaluated besides its globals; `add` to it."""
        registration = current()
        if registration is None:
            return Pipeline()
        if registration.instead is not None:
            return cast("Pipeline", registration.instead)
        if registration.added is None:
            registration.added = Pipeline()
        return cast("Pipeline", registration.added)

    @staticmethod
    def set_default(pipeline: Pipeline) -> Pipeline:
        """In a context file: evaluate this pipeline instead of its globals."""
        if not isinstance(pipeline, Pipeline):
            raise TypeError(f"Pipeline.set_default takes a Pipeline, not {type(pipeline).__name__}")
        registration = current()
        if registration is not None:
            registration.instead = pipeline
        return pipeline

    def __repr__(self) -> str:
        place = f"p{self.proposal} r{self.run_number}: " if self.proposal is not None else ""
        return f"<Pipeline {place}{len(self._items)} items>"

    @property
    def name(self) -> str:
        """Name in the log."""
        if self._name is not None:
            return self._name
        parts = [*sorted(self.param_values), str(self.proposal), str(self.run_number)]
        return hashlib.sha256("|".join([*parts, *self.vars]).encode()).hexdigest()[:12]

    @property
    def context(self) -> Context:
        """The variables, their order and dependencies.

        Raises:
            ContextFileErrors: If they cannot be evaluated, for example for a missing dependency.
        """
        if self._context is None:
            made = Context(Path(self._name or "<pipeline>"))
            if self._read is not None:
                made = Context(
                    self._read.path,
                    self._read.context_hash,
                    places=self._read.places,
                    directory=self._read.directory,
                )
            made.variables = self.collect()
            made.check()
            if not made.ok:
                raise ContextFileErrors(made)
            self._context = made
        return self._context

    @property
    def vars(self) -> dict[str, Variable]:
        """The variables by name.

        Raises:
            ContextFileErrors: See `context`.
        """
        return self.context.variables

    def vars_to_dict(self, inc_transient: bool = False) -> dict[str, dict[str, Any]]:
        """Return each variable's fields in a run database: title, description, tags."""
        return {
            name: {
                "title": variable.title,
                "description": variable.description,
                "tags": variable.tags,
                "attributes": None,
                "type": None,
            }
            for name, variable in self.vars.items()
            if inc_transient or not variable.transient
        }

    def add(self, *items: Any) -> Pipeline:
        """Add variables and groups; return the pipeline itself.

        Args:
            items: Variables, instances of groups that have a name, sequences of these, or
                a dict of groups by name.

        Raises:
            TypeError: If an item is none of these.
            GroupError: If a name is already taken, or a group has none.
        """
        before = self._items
        self._items = [*before, *flatten(items)]
        self._context = None
        self.results = None
        if current() is None:  # in a context file, groups are named later, by its globals
            try:
                self.collect()
            except GroupError:
                self._items = before
                raise
        return self

    def union(self, other: Pipeline, *, on_conflict: str = "error") -> Pipeline:
        """Make a pipeline of the variables of both; all else is taken from this one.

        Args:
            other: The other pipeline.
            on_conflict: Which of two different variables of one name to take: `left` (this
                pipeline's), `right` (the other's), or neither: `error`.

        Raises:
            GroupError: If two have the same name, with `on_conflict="error"`.
            ValueError: If `on_conflict` is not valid.
        """
        if on_conflict not in ("error", "left", "right"):
            raise ValueError("on_conflict must be 'error', 'left', or 'right'")
        ours, theirs = self.collect(), other.collect()
        differing = [n for n in theirs if n in ours and ours[n] != theirs[n]]
        if differing and on_conflict == "error":
            raise GroupError(
                f"Duplicate variable name {differing[0]!r} in both pipelines: "
                "choose one with on_conflict='left' or 'right'"
            )
        both = {**ours, **theirs} if on_conflict == "right" else {**theirs, **ours}
        names = [*ours, *(n for n in theirs if n not in ours)]
        return self._with_variables({name: both[name] for name in names})

    def copy(self) -> Pipeline:
        """Return an independent copy."""
        made = copy.copy(self)
        made._items = list(self._items)
        made.param_values = dict(self.param_values)
        return made

    def with_context(self, **fields: Any) -> Pipeline:
        """Return a copy for another run, or other data.

        Args:
            fields: Any of `name`, `proposal`, `run_number`, `run_data`, `data`, `param_values`;
                the others stay unchanged.
        """
        allowed = ("name", "proposal", "run_number", "run_data", "data", "param_values")
        if unknown := [field for field in fields if field not in allowed]:
            raise TypeError(f"with_context() takes {', '.join(allowed)}; not {unknown[0]!r}")
        made = self.copy()
        for field, value in fields.items():
            if value is None:
                continue
            if field == "run_data":
                value = RunData(value)
            setattr(made, "_name" if field == "name" else field, value)
        made.results = None
        return made

    def select(
        self,
        *,
        variables: str | Iterable[str] = (),
        match: str | Iterable[str] = (),
        run_data: RunData | str | None = None,
        cluster: bool | None = None,
    ) -> Pipeline:
        """Return a copy with some of the variables and their dependencies.

        Args:
            variables: Exact names; overrides `match`.
            match: Case-insensitive parts of titles.
            run_data: Only variables that need these files.
            cluster: Only those that do, or do not, need the cluster.

        Raises:
            UnknownVariable: If a name does not exist; the message has the closest ones.
        """
        names = [variables] if isinstance(variables, str) else list(variables)
        chosen = self.context.graph.select(
            data=RunData.ALL if run_data is None else RunData(run_data),
            names=names or None,
            match=[match] if isinstance(match, str) else list(match),
            cluster=cluster,
        )
        return self._with_variables({name: self.vars[name] for name in chosen})

    filter = select

    def execute(
        self, *, data: Any = None, param_values: Mapping[str, Any] | None = None
    ) -> Results:
        """Evaluate the variables in this process.

        Exceptions of functions are in the results, not raised. Proposal and run must be set.

        Args:
            data: Replaces the run's files.
            param_values: Override or extend those of the pipeline.

        Raises:
            ValueError: If proposal or run are not set.
            RunUnavailable: If the run cannot be opened.
            ContextFileErrors: If the variables cannot be evaluated.
        """
        if self.proposal is None or self.run_number is None:
            raise ValueError(
                "proposal and run_number must be set: pipeline.with_context(proposal=..., "
                "run_number=...)"
            )
        run = self._opened(self.data if data is None else data)
        names = self._names(run)
        defaults = {name: each.default for name, each in self.context.parameters.items()}
        given = {**defaults, **self.param_values, **(param_values or {})}
        evaluator = Evaluator(self.context.graph, run, given)
        cells: dict[str, Cell] = {START_TIME: Cell(run.start_time())}
        computed = {START_TIME: Computed(time.time(), None, self.context.context_hash)}
        label = self.name
        for index, name in enumerate(names):
            variable = self.vars[name]
            began = time.perf_counter()
            cell = evaluator.evaluate(variable)
            duration_s = time.perf_counter() - began
            _log(label, name, evaluator.errors.get(name), duration_s)
            later = (n for other in names[index + 1 :] for n in self.context.graph.direct[other])
            evaluator.forget_all_but(later)
            if variable.transient:
                continue
            computed[name] = self.context.computed(name, time.time(), duration_s)
            if name not in evaluator.errors:
                cells[name] = Cell(None) if cell is None else cell
        self.results = Results(
            cells, evaluator.errors, self.context, self.proposal, self.run_number, computed
        )
        return self.results

    def collect(self) -> dict[str, Variable]:
        """Return its variables by name, without checking that they fit together.

        Raises:
            GroupError: If a name occurs twice, or a group has none.
        """
        return gather(self._items)

    def _with_variables(self, variables: Mapping[str, Variable]) -> Pipeline:
        made = self.copy()
        made._items = [("", variable) for variable in variables.values()]
        made._context = None
        made.results = None
        return made

    def _opened(self, data: Any) -> OpenedRun:
        assert self.proposal is not None
        assert self.run_number is not None
        if data is not None:
            return GivenRun(self.proposal, self.run_number, data)
        return OpenedRun(self.proposal, self.run_number)

    def _names(self, run: OpenedRun) -> list[str]:
        graph, files = self.context.graph, self.run_data or RunData.ALL
        names = graph.select(data=files)
        if all(graph.data[n] is RunData.RAW for n in names) or run.has_proc():
            return names
        if files is RunData.PROC:
            raise RunUnavailable(f"There is no proc data of run {run.run} yet")
        LOG.warning("Proc data is unavailable, only raw variables will be executed.")
        return graph.select(data=RunData.RAW)


def _log(label: str, name: str, error: BaseException | None, duration_s: float) -> None:
    """Log the outcome of a variable; failures with their traceback, so that a notebook shows it."""
    level = logging.INFO
    if error is not None:
        is_skipped = isinstance(error, (Skip, DependencyError))
        level = logging.WARNING if is_skipped else logging.ERROR
    LOG.log(level, "[%s] %s", label, outcome_line(name, error, duration_s))


_numbers = itertools.count(1)
"""Numbers the files that a program reads; each is a separate module."""
