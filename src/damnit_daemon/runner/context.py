"""Read a context file: execute it, collect its variables, say what is wrong where."""

from __future__ import annotations

import hashlib
import inspect
import linecache
import sys
import traceback
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from damnit_ctx import Variable

from .graph import Graph
from .places import Places
from .protocol import ContextLoaded, Problem, VariableMeta

MODULE_NAME = "context_file"
"""What the context file is called as a module: tracebacks and pickles name it."""

CLASHING_NAMES = ("proposal", "run", "added_at")


@dataclass
class Context:
    """A context file as read; usable if `ok`."""

    path: Path
    context_hash: str = ""
    variables: dict[str, Variable] = field(default_factory=dict)
    """By name, in the order in which the file defines them."""
    graph: Graph = field(default_factory=lambda: Graph({}))
    problems: list[Problem] = field(default_factory=list)
    traceback: str = ""
    """Of the exception that ended the reading, if one did."""
    places: Places = field(default_factory=lambda: Places(""))

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
        return ContextLoaded(metas, self.problems, self.context_hash, self.traceback, versions)

    def _meta(self, variable: Variable) -> VariableMeta:
        return VariableMeta(
            name=variable.name,
            title=variable.title,
            description=variable.description,
            data=self.graph.data[variable.name].value,
            cluster=self.graph.cluster[variable.name],
            tags=list(variable.tags or ()),
            transient=variable.transient,
            units=variable.units,
            line=self.places.of(variable)[0],
            dependencies=sorted(self.graph.direct[variable.name]),
        )


def read_context(path: Path) -> Context:
    """Execute a context file and check what it declares.

    Never raises for what is in the file: problems are part of the answer.
    `path` is executed with its own folder as the place to import from, like a
    script, but `__name__` is not `__main__`.
    """
    context = Context(path)
    try:
        source = path.read_bytes()
    except OSError as error:
        context.complain(f"cannot be read: {error.strerror or error}")
        return context
    context.context_hash = hashlib.sha256(source).hexdigest()[:16]
    namespace = _execute(source, context)
    if namespace is None:
        return context
    context.places = Places(source.decode("utf-8", "replace"))
    _collect(namespace, context)
    return context


def _execute(source: bytes, context: Context) -> dict[str, Any] | None:
    module = types.ModuleType(MODULE_NAME)
    module.__file__ = str(context.path)
    # Classes and functions of the file look their module up: dataclasses do, and pickles.
    sys.modules[MODULE_NAME] = module
    linecache.checkcache(str(context.path))
    try:
        exec(compile(source, str(context.path), "exec"), module.__dict__)
    except SyntaxError as error:
        context.traceback = traceback.format_exc(limit=0)
        place = (error.lineno or 0, error.offset or 0)
        if error.filename != str(context.path):  # in a module that the file imports
            place = _place_of_failure(error, context.path)
        context.complain(f"{type(error).__name__}: {error.msg}", *place)
        return None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the user's code may raise anything, SystemExit too
        context.traceback = _user_traceback(error)
        message = traceback.format_exception_only(type(error), error)[-1].strip()
        if isinstance(error, SystemExit):
            message = f"the file calls sys.exit({error.code if error.code is not None else ''})"
        context.complain(message, *_place_of_failure(error, context.path))
        return None
    return module.__dict__


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


def _collect(namespace: dict[str, Any], context: Context) -> None:
    for value in namespace.values():
        if isinstance(value, Variable) and value.func is None:
            context.complain("@Variable(...) is not used as the decorator of a function")
        elif isinstance(value, Variable):
            context.variables[value.name] = value
    _check_declarations(context)
    _check_titles(context)
    if context.ok:
        context.graph = Graph(context.variables)
        for name, parameter, message, severity in context.graph.problems:
            place = context.places.of(context.variables[name], parameter)
            context.complain(message, *place, severity=severity)


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
        for message, parameter in _signature_warnings(variable):
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
    assert variable.func is not None
    parameters = list(inspect.signature(variable.func).parameters.values())
    given = {argument.parameter for argument in variable.arguments()}
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
