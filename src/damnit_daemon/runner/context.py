"""Read a context file: execute it, collect its variables, say what is wrong where."""

from __future__ import annotations

import inspect
import linecache
import sys
import traceback
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import decode_source
from pathlib import Path
from typing import Any

from damnit_ctx import GroupError, GroupVariable, RunData, Variable

from .default_pipeline import Registration, listening
from .encode import Computed
from .fingerprint import Fingerprints
from .graph import Graph
from .groups import name_globals, variables_of
from .lint import DeclaredFunction, check_functions, check_use
from .local_imports import digest
from .protocol import ContextLoaded, Problem, VariableMeta
from .source_locations import SourceLocations

MODULE_NAME = "context_file"
"""What the context file is called as a module: tracebacks and pickles name it."""

CLASHING_NAMES = ("proposal", "run", "added_at")


@dataclass(repr=False)
class Context:
    """A context file as read; usable if `ok`."""

    path: Path
    """Of the file; what a `Pipeline` makes of text has none, and is called `<string>`."""
    context_hash: str = ""
    variables: dict[str, Variable] = field(default_factory=dict)
    """By name, in the order in which the file defines them."""
    graph: Graph = field(default_factory=lambda: Graph({}))
    problems: list[Problem] = field(default_factory=list)
    traceback: str = ""
    """Of the exception that ended the reading, if one did."""
    cause: BaseException | None = None
    """That exception."""
    places: SourceLocations = field(default_factory=lambda: SourceLocations(""))
    directory: Path | None = None
    """Where the user's own modules are imported from."""
    fingerprints: Fingerprints | None = None
    """Made when they are first asked for."""

    def __repr__(self) -> str:
        return f"<Context {self.path}: {len(self.variables)} variables>"

    @property
    def ok(self) -> bool:
        """Whether its variables may be evaluated."""
        return not any(problem.severity == "error" for problem in self.problems)

    def complain(
        self, message: str, line: int = 0, column: int = 0, *, severity: str = "error"
    ) -> None:
        """Note a problem of this file."""
        self.problems.append(Problem(message, str(self.path), line, column, severity))

    def loaded_event(self, versions: dict[str, str]) -> ContextLoaded:
        """What to tell the other side."""
        metas = [self._meta(v) for v in self.variables.values()] if self.ok else []
        helpers = self.fingerprints.helpers if self.fingerprints is not None else None
        return ContextLoaded(
            metas,
            self.problems,
            self.context_hash,
            self.traceback,
            versions,
            self._advice(metas),
            dict(helpers.digests) if helpers is not None else {},
        )

    def check(self) -> None:
        """See whether its variables can be evaluated, and in which order."""
        _check_declarations(self)
        _check_titles(self)
        if self.ok:
            self.graph = Graph(self.variables)
            for name, parameter, message, severity in self.graph.problems:
                place = self.places.of(self.variables[name], parameter)
                self.complain(message, *place, severity=severity)

    def _advice(self, metas: list[VariableMeta]) -> list[Problem]:
        """What is probably not as meant, though it works."""
        if not self.ok:
            return []
        functions = []
        for name, variable in self.variables.items():
            node = self.places.function(variable)
            if node is not None:
                needs_proc = self.graph.data[name] is RunData.PROC
                is_method = isinstance(variable, GroupVariable)
                functions.append(DeclaredFunction(name, node, needs_proc, is_method))
        file = str(self.path)
        return [*check_functions(functions, self.places.tree, file), *check_use(metas, file)]

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
        """What stands for the code of a variable; see `fingerprint`."""
        if self.fingerprints is None:
            nodes = {n: self.places.function(v) for n, v in self.variables.items()}
            lines = {name: node.lineno for name, node in nodes.items() if node is not None}
            self.fingerprints = Fingerprints(
                self.places.tree, lines, self.graph.direct, self.directory
            )
        return self.fingerprints.of(name)

    def computed(self, name: str, at: float, duration_s: float) -> Computed:
        """How a value of a variable came to be.

        Args:
            name: The variable.
            at: When, Unix seconds UTC.
            duration_s: What its function took.
        """
        return Computed(at, duration_s, self.context_hash, self.fingerprint(name))


def read_context(path: Path) -> Context:
    """Execute a context file and check what it declares.

    Never raises for what is in the file: problems are part of the answer.
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
    """Do the same with the contents of a file.

    Args:
        source: The contents.
        path: What the file is called in messages and tracebacks.
        module: What it is called as a module.
        directory: Where the modules that it imports lie; default: the working directory.
    """
    context = Context(path, digest(source), directory=directory or _working_directory())
    from .namesakes import provide  # which evaluates, too: not before it is needed

    provide()
    with listening() as said:
        namespace = _execute(source, context, module)
    if namespace is None:
        return context
    context.places = SourceLocations(decode_source(source), str(path))
    _collect(namespace, said, context)
    _check_helpers(context)
    context.check()
    return context


def look_here_last() -> None:
    """Let what lies in the working directory be imported where nothing else has that name."""
    if (here := _working_directory()) is not None and str(here) not in sys.path:
        sys.path.append(str(here))


def _working_directory() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # somebody has removed it
        return None


def _execute(source: bytes, context: Context, name: str) -> dict[str, Any] | None:
    module = types.ModuleType(name)
    module.__file__ = str(context.path)
    # Classes and functions of the file look their module up: dataclasses do, and pickles.
    sys.modules[name] = module
    linecache.checkcache(str(context.path))
    try:
        exec(compile(source, str(context.path), "exec", dont_inherit=True), module.__dict__)
    except SyntaxError as error:
        context.traceback = traceback.format_exc(limit=0)
        place = (error.lineno or 0, error.offset or 0)
        if error.filename != str(context.path):  # in a module that the file imports
            place = _place_of_failure(error, context.path)
        context.cause = error
        context.complain(f"{type(error).__name__}: {error.msg}", *place)
        return None
    except BaseException as error:  # the user's code may raise anything, SystemExit too
        if isinstance(error, KeyboardInterrupt) and name != MODULE_NAME:
            raise  # in a program, where a person pressed ctrl-C
        context.cause = error
        context.traceback = _user_traceback(error)
        message = traceback.format_exception_only(type(error), error)[-1].strip()
        if isinstance(error, GroupError):
            message = str(error)  # it is said of the file, not of a function in it
        if isinstance(error, SystemExit):
            message = f"the file calls sys.exit({error.code if error.code is not None else ''})"
        context.complain(message, *_place_of_failure(error, context.path))
        return None
    return module.__dict__


def _check_helpers(context: Context) -> None:
    """Complain about modules beside the file whose names others have."""
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
                f"{name}.py beside the context file is not what `import {name}` finds: Python or "
                "an installed package has that name; give it another one",
                severity="warning",
            )


def _place_of_failure(error: BaseException, path: Path) -> tuple[int, int]:
    """Line and column of the innermost frame that is in the file itself."""
    place = (0, 0)
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == str(path):
            column = getattr(frame, "colno", None)  # from Python 3.11 on
            if column is None:
                text = linecache.getline(str(path), frame.lineno or 0)
                column = len(text) - len(text.lstrip())
            place = (frame.lineno or 0, column + 1)
    return place


def _user_traceback(error: BaseException) -> str:
    """The traceback without our own frames above the user's."""
    tb = error.__traceback__
    while tb is not None and tb.tb_frame.f_code.co_filename == __file__:
        tb = tb.tb_next
    return "".join(traceback.format_exception(type(error), error, tb))


def _collect(namespace: dict[str, Any], said: Registration, context: Context) -> None:
    """Note the variables of a file: its globals and its groups', or what it said instead."""
    try:
        groups = name_globals(namespace)
        if said.instead is not None:
            context.variables = said.instead.collect()
            return
        for value in namespace.values():
            if isinstance(value, Variable) and value.func is None:
                context.complain("@Variable(...) is not used as the decorator of a function")
            elif isinstance(value, Variable) and not isinstance(value, GroupVariable):
                context.variables[value.name] = value
        _add(variables_of(groups), context)
        if said.added is not None:
            _add(said.added.collect().values(), context)
    except GroupError as error:
        name = next((n for n, value in namespace.items() if value is error.group), "")
        context.complain(str(error), *context.places.of_global(name, type(error.group)))


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
        problems = variable.problems()
        for message, parameter in problems:
            context.complain(message, *context.places.of(variable, parameter))
        doubts = [] if problems else variable.doubts()
        for message, parameter in [*doubts, *_signature_warnings(variable)]:
            place = context.places.of(variable, parameter)
            context.complain(message, *place, severity="warning")
        if variable.name in CLASHING_NAMES:
            context.complain(
                f"the variable {variable.name!r} has the name of a column that every table has",
                *context.places.of(variable),
                severity="warning",
            )


_UNSAID = (
    "Nothing says where argument {!r} of variable {!r} comes from: "
    "annotate it, for example with 'var#name', or give it a default"
)


def _signature_warnings(variable: Variable) -> list[tuple[str, str]]:
    """What will fail when the function is called, though the file loads."""
    if variable.func is None:
        return []
    parameters = list(inspect.signature(variable.func).parameters.values())
    given = {argument.parameter for argument in Variable.arguments(variable)}
    if not parameters:
        return [(f"{variable.name}() takes no argument; it is called with the run", "")]
    found = []
    first, *rest = parameters
    if first.name in given:
        found.append(
            (f"The first parameter of {variable.name!r} gets the run, whatever it says", first.name)
        )
    found += [
        (_UNSAID.format(p.name, variable.name), p.name)
        for p in rest
        if p.name not in given
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
