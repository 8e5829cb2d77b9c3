"""Read a context file: execute it, collect its variables, report problems with their places."""

from __future__ import annotations

import inspect
import linecache
import os
import sys
import traceback
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import decode_source
from pathlib import Path
from typing import Any

from .default_pipeline import Registration, listening
from .encode import Computed
from .fingerprint import Fingerprints
from .graph import Graph, nearest_names
from .group_names import name_globals, parameters_of, variables_of
from .lint import DeclaredFunction, check_functions, check_source, warn_of_unused
from .local_imports import MODULES_VARIABLE, digest
from .parameter import Parameter, Plain, parse_value
from .protocol import ContextLoaded, ParameterMeta, Problem, VariableMeta
from .source_locations import SourceLocations
from .variable import RESERVED_NAMES, GroupError, GroupVariable, RunData, Variable

MODULE_NAME = "context_file"
"""Name of the context file as a module, in tracebacks and pickles."""

CLASHING_NAMES = ("proposal", "run", "added_at")


@dataclass(repr=False)
class Context:
    """A context file as read; usable if `ok`."""

    path: Path
    """Path of the file; `<string>` for text given to a `Pipeline`."""
    context_hash: str = ""
    variables: dict[str, Variable] = field(default_factory=dict)
    """The variables by name, in the order of their definition."""
    parameters: dict[str, Parameter] = field(default_factory=dict)
    """The parameters by name."""
    graph: Graph = field(default_factory=lambda: Graph({}))
    advice: list[Problem] = field(default_factory=list)
    """Further problems, found in the text of a file that was not read to its end."""
    problems: list[Problem] = field(default_factory=list)
    traceback: str = ""
    """Traceback of the exception that ended the reading, if any."""
    cause: BaseException | None = None
    """That exception."""
    places: SourceLocations = field(default_factory=lambda: SourceLocations(""))
    directory: Path | None = None
    """Folder that the user's own modules are imported from."""
    fingerprints: Fingerprints | None = None
    """Computed on first use."""

    def __repr__(self) -> str:
        return f"<Context {self.path}: {len(self.variables)} variables>"

    @property
    def ok(self) -> bool:
        """True if its variables may be evaluated."""
        return not any(problem.severity == "error" for problem in self.problems)

    def complain(
        self, message: str, line: int = 0, column: int = 0, *, severity: str = "error"
    ) -> None:
        """Record a problem of this file."""
        self.problems.append(Problem(message, str(self.path), line, column, severity))

    def loaded_event(self, versions: dict[str, str]) -> ContextLoaded:
        """Return the event that reports this context."""
        metas = [self._meta(v) for v in self.variables.values()] if self.ok else []
        helpers = self.fingerprints.helpers if self.fingerprints is not None else None
        return ContextLoaded(
            metas,
            self.problems,
            self.context_hash,
            self.traceback,
            versions,
            [*self.advice, *self._advice()],
            dict(helpers.digests) if helpers is not None else {},
            [
                ParameterMeta(
                    name, p.title, p.type_name, p.default, p.description, list(map(str, p.tags))
                )
                for name, p in (self.parameters.items() if self.ok else ())
            ],
        )

    def check(self, *, dependencies: bool = True) -> None:
        """Check that its variables can be evaluated, and find the order.

        Args:
            dependencies: False if variables are missing that others may depend on.
        """
        _check_declarations(self)
        _check_titles(self)
        _check_parameters(self)
        if not dependencies:
            return
        self.graph = Graph(self.variables)
        for name, parameter, message, severity in self.graph.problems:
            place = self.places.of(self.variables[name], parameter)
            self.complain(message, *place, severity=severity)

    def parameter_values(self, given: Mapping[str, object]) -> tuple[dict[str, Plain], list[str]]:
        """Return the values of all parameters, and notes about given names that are none.

        Raises:
            ValueError: If a given value does not have the parameter's type.
        """
        values = {name: parameter.default for name, parameter in self.parameters.items()}
        notes = [no_parameter(name, self.parameters) for name in given if name not in values]
        for name in values.keys() & given.keys():
            try:
                values[name] = parse_value(given[name], self.parameters[name].type_name)
            except ValueError as error:
                raise ValueError(f"The parameter {name}: {error}.") from None
        return values, notes

    def _advice(self) -> list[Problem]:
        """Return warnings about valid declarations that are probably mistakes."""
        functions = []
        for name in self.graph.order:
            variable = self.variables[name]
            node = self.places.function(variable)
            if node is not None:
                needs_proc = self.graph.data[name] is RunData.PROC
                is_method = isinstance(variable, GroupVariable)
                functions.append(DeclaredFunction(name, node, needs_proc, is_method))
        file = str(self.path)
        used = {name for names in self.graph.direct.values() for name in names}
        unused = [
            warn_of_unused(name, file, *self.places.of(variable))
            for name, variable in self.variables.items()
            if variable.transient and name in self.graph.direct and name not in used
        ]
        return [*check_functions(functions, self.places.tree, file), *unused]

    def _meta(self, variable: Variable) -> VariableMeta:
        line, column = self.places.of(variable)
        return VariableMeta(
            name=variable.name,
            title=variable.title,
            description=variable.description,
            data=self.graph.data[variable.name].value,
            cluster=self.graph.cluster[variable.name],
            tags=list(variable.tags or ()),
            transient=variable.transient,
            units=variable.units,
            line=line,
            dependencies=sorted(self.graph.direct[variable.name]),
            column=column,
            fingerprint=self.fingerprint(variable.name),
        )

    def fingerprint(self, name: str) -> str:
        """Return the fingerprint of a variable's code; see `fingerprint`."""
        if self.fingerprints is None:
            nodes = {n: self.places.function(v) for n, v in self.variables.items()}
            lines = {name: node.lineno for name, node in nodes.items() if node is not None}
            self.fingerprints = Fingerprints(
                self.places.tree, lines, self.graph.direct, self.directory
            )
        return self.fingerprints.of(name)

    def computed(self, name: str, at: float, duration_s: float) -> Computed:
        """Return the provenance of a variable's value.

        Args:
            name: The variable.
            at: Time of computation, Unix seconds UTC.
            duration_s: Duration of its function.
        """
        return Computed(at, duration_s, self.context_hash, self.fingerprint(name))


def read_context(path: Path) -> Context:
    """Execute a context file and check its declarations.

    Never raises for errors in the file: problems are part of the result.
    `path` is executed like a module: `__name__` is not `__main__`.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        context = Context(path)
        context.complain(f"cannot be read: {error.strerror or error}")
        return context
    return read_source(source, path)


def read_source(
    source: bytes, path: Path, *, module: str = MODULE_NAME, directory: Path | None = None
) -> Context:
    """Execute and check the contents of a context file.

    Args:
        source: The contents.
        path: Name of the file in messages and tracebacks.
        module: Its name as a module.
        directory: Folder of the modules that it imports; default: the working directory.
    """
    context = Context(path, digest(source), directory=directory or _modules_directory())
    from .namesakes import provide  # it also imports the evaluation: only when needed

    provide()
    with listening() as registration:
        namespace = _execute(source, context, module)
    if namespace is None:
        context.advice = _check_text(source, context)
        return context
    context.places = SourceLocations(decode_source(source), str(path))
    is_complete = _collect(namespace, registration, context)
    _check_helpers(context)
    context.check(dependencies=is_complete)
    if not is_complete:
        context.advice = _check_text(source, context)
    return context


def _check_text(source: bytes, context: Context) -> list[Problem]:
    """Return the problems in the text that are not reported yet."""
    try:
        found = check_source(decode_source(source), str(context.path))
    except (SyntaxError, ValueError):  # its encoding
        return []
    known = {(problem.line, problem.column) for problem in context.problems}
    return [problem for problem in found if (problem.line, problem.column) not in known]


def look_here_last() -> None:
    """Make the user's own modules importable, after all others of the same name.

    Those kept with an earlier context file come before those of the working directory.
    """
    for here in (_modules_directory(), _working_directory()):
        if here is not None and str(here) not in sys.path:
            sys.path.append(str(here))


def _modules_directory() -> Path | None:
    """Return the folder of the user's own modules: the working directory, unless one is set."""
    kept = os.environ.get(MODULES_VARIABLE)
    return Path(kept) if kept else _working_directory()


def _working_directory() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return None


def _execute(source: bytes, context: Context, name: str) -> dict[str, Any] | None:
    module = types.ModuleType(name)
    module.__file__ = str(context.path)
    # Classes and functions of the file look up their module: for dataclasses and pickle.
    sys.modules[name] = module
    linecache.checkcache(str(context.path))
    try:
        exec(compile(source, str(context.path), "exec", dont_inherit=True), module.__dict__)
    except SyntaxError as error:
        context.traceback = traceback.format_exc(limit=0)
        place = (error.lineno or 0, error.offset or 0)
        if error.filename != str(context.path):  # in a module imported by the file
            place = _place_of_failure(error, context.path)
        context.cause = error
        context.complain(f"{type(error).__name__}: {error.msg}", *place)
        return None
    except BaseException as error:  # user code may raise anything, even SystemExit
        if isinstance(error, KeyboardInterrupt) and name != MODULE_NAME:
            raise  # in a program, when the user pressed Ctrl-C
        context.cause = error
        context.traceback = _user_traceback(error)
        message = traceback.format_exception_only(type(error), error)[-1].strip()
        if isinstance(error, GroupError):
            message = str(error)  # about the file, not a function in it
        if isinstance(error, SystemExit):
            message = f"the file calls sys.exit({error.code if error.code is not None else ''})"
        context.complain(message, *_place_of_failure(error, context.path))
        return None
    return module.__dict__


def _check_helpers(context: Context) -> None:
    """Report modules next to the file whose names clash with others."""
    if context.directory is None:
        return
    try:
        beside = sorted(context.directory.glob("*.py"))
    except OSError:
        return
    for path in beside:
        name = path.stem
        module = sys.modules.get(name)
        origin = getattr(getattr(module, "__spec__", None), "origin", None) or ""
        if module is not None and Path(origin).resolve() != path.resolve():
            context.complain(
                f"{name}.py next to the context file is not what `import {name}` finds: Python "
                "or an installed package has that name. Rename it",
                severity="warning",
            )


def _place_of_failure(error: BaseException, path: Path) -> tuple[int, int]:
    """Return line and column of the innermost frame in the file itself."""
    place = (0, 0)
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == str(path):
            column = getattr(frame, "colno", None)  # Python 3.11 or later
            if column is None:
                text = linecache.getline(str(path), frame.lineno or 0)
                column = len(text) - len(text.lstrip())
            place = (frame.lineno or 0, column + 1)
    return place


def _user_traceback(error: BaseException) -> str:
    """Return the traceback without the runner's own frames above the user's."""
    tb = error.__traceback__
    while tb is not None and tb.tb_frame.f_code.co_filename == __file__:
        tb = tb.tb_next
    return "".join(traceback.format_exception(type(error), error, tb))


def _collect(namespace: dict[str, Any], registration: Registration, context: Context) -> bool:
    """Record the variables of a file: its globals and groups, or its registered pipeline.

    Returns:
        False, with the error recorded, if a group is not valid.
    """
    try:
        groups = name_globals(namespace)
        for name, value in namespace.items():
            if isinstance(value, Parameter):
                value.name = value.name or name
                context.parameters[value.name] = value
        context.parameters |= parameters_of(groups)
        if registration.instead is not None:
            context.variables = registration.instead.collect()
            return True
        for value in namespace.values():
            if isinstance(value, Variable) and value.func is None:
                context.complain("@Variable(...) is not used as the decorator of a function")
            elif isinstance(value, Variable) and not isinstance(value, GroupVariable):
                context.variables[value.name] = value
        _add(variables_of(groups), context)
        if registration.added is not None:
            _add(registration.added.collect().values(), context)
    except GroupError as error:
        name = next((n for n, value in namespace.items() if value is error.group), "")
        context.complain(str(error), *context.places.of_global(name, type(error.group)))
        return False
    return True


def _add(variables: Iterable[Variable], context: Context) -> None:
    for variable in variables:
        known = context.variables.setdefault(variable.name, variable)
        if known is not variable and known != variable:
            where = ""
            if isinstance(variable, GroupVariable):
                where = f" from group {variable.group.name!r}"
            context.complain(
                f"Duplicate variable name {variable.name!r}{where}", *context.places.of(variable)
            )


def _check_parameters(context: Context) -> None:
    """Report names that clash, or that variables ask for in vain."""
    for name, parameter in context.parameters.items():
        if name in context.variables or name in (*RESERVED_NAMES, *CLASHING_NAMES):
            context.complain(f"The parameter {name!r} has the name of a variable or column")
        elif not all(part.isidentifier() for part in name.split(".")):
            context.complain(f"The parameter name {name!r} is not a valid Python identifier")
        if not all(isinstance(tag, str) for tag in parameter.tags):
            context.complain(f"tags={parameter.tags!r} for parameter {name} (must be strings)")
    if not context.parameters:
        return  # values may come from a pipeline
    for variable in context.variables.values():
        for argument in variable.arguments():
            if argument.source == "param" and argument.path not in context.parameters:
                place = context.places.of(variable, argument.parameter)
                message = no_parameter(argument.path, context.parameters)
                context.complain(message, *place, severity="warning")


def no_parameter(name: str, known: Iterable[str]) -> str:
    """Return the sentence about an unknown parameter."""
    return f"There is no parameter {name!r} in the context file." + nearest_names(name, known)


def _check_declarations(context: Context) -> None:
    for name, lines in context.places.repeated(context.variables):
        context.complain(
            f"{name!r} is defined {len(lines)} times (lines {', '.join(map(str, lines))}); "
            "the last one counts",
            lines[-1],
            1,
            severity="warning",
        )
    for variable in context.variables.values():
        for message, parameter in variable.problems():
            context.complain(message, *context.places.of(variable, parameter))
        for message, parameter in [*variable.doubts(), *_signature_warnings(variable)]:
            place = context.places.of(variable, parameter)
            context.complain(message, *place, severity="warning")
        if variable.name in CLASHING_NAMES:
            context.complain(
                f"the variable {variable.name!r} has the name of a built-in column",
                *context.places.of(variable),
                severity="warning",
            )


_UNSAID = (
    "Argument {!r} of variable {!r} has no annotation: annotate it, for example with "
    "'var#name', or give it a default"
)


def _signature_warnings(variable: Variable) -> list[tuple[str, str]]:
    """Return warnings about signatures that load but fail when called."""
    if variable.func is None:
        return []
    parameters = variable.parameters()
    sources = {argument.parameter for argument in variable.declared_arguments()}
    if not parameters:
        return [(f"{variable.name}() takes no argument; it is called with the run", "")]
    found = []
    first, *rest = parameters
    if first.name in sources:
        found.append(
            (
                f"The first parameter of {variable.name!r} always receives the run",
                first.name,
            )
        )
    found += [
        (_UNSAID.format(p.name, variable.name), p.name)
        for p in rest
        if p.name not in sources
        and p.default is inspect.Parameter.empty
        and p.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    ]
    return found


def _check_titles(context: Context) -> None:
    by_title: dict[str, list[Variable]] = {}
    for variable in context.variables.values():
        by_title.setdefault(str(variable.title), []).append(variable)
    for variables in by_title.values():
        if len(variables) > 1:
            names = ", ".join(v.name for v in variables)
            context.complain(
                f"These Variables have duplicate titles between them: {names}",
                *context.places.of(variables[-1]),
            )
