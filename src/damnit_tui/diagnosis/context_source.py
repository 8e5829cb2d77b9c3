"""Variables declared in a context file, parsed from its text without executing it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

VARIABLE = "Variable"
DECIDED_WHEN_RUN = frozenset({"Group", "Pipeline"})
"""Names whose use makes variables that only appear when the file is executed."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class VariableSource:
    """A variable, as far as its decorator and arguments show."""

    name: str
    line: int
    """Line of its `def`, 1-based."""
    needs: tuple[str, ...] = ()
    """Names or patterns of `var#` arguments without a default."""
    data: str = ""
    """`raw` or `proc` if set by the decorator."""
    cluster: bool = False
    transient: bool = False


@dataclass(frozen=True)
class ContextText:
    """The current context file."""

    lines: tuple[str, ...] = ()
    context_hash: str = ""
    """The hash stored with values: the first 16 hex digits of SHA-256."""
    variables: Mapping[str, VariableSource] = field(default_factory=dict)
    methods: Mapping[str, VariableSource] = field(default_factory=dict)
    """Variables of groups, by method name."""
    imported: frozenset[str] = frozenset()
    """Names imported from other files: they may be variables."""
    is_all: bool = True
    """True if there can be no other variables: no groups, no `import *`."""
    problem: str = ""
    """Why it cannot be read, or does not load."""
    problem_line: int = 0
    """Line of the problem, 1-based; 0 if unknown."""

    def find(self, name: str) -> VariableSource | None:
        """Return the variable of that name; one of a group by its last part."""
        return self.variables.get(name) or self.methods.get(name.rpartition(".")[2])

    def lacks(self, name: str) -> bool:
        """Return True if the file certainly has no such variable."""
        if self.problem or self.find(name) is not None:
            return False
        return self.is_all and name not in self.imported and "." not in name

    def needs_proc(self, name: str) -> bool:
        """Return True if it needs corrected data, itself or through a dependency."""
        return any(each.data == "proc" for each in self._closure(name))

    def direct(self, name: str) -> list[str]:
        """The variables it depends on directly, patterns resolved."""
        found = self.find(name)
        patterns = found.needs if found is not None else ()
        return [n for n in self.variables if n != name and any(fnmatchcase(n, p) for p in patterns)]

    def _closure(self, name: str) -> Iterator[VariableSource]:
        waiting, seen = [name], set()
        while waiting:
            one = waiting.pop()
            found = self.find(one)
            if found is None or one in seen:
                continue
            seen.add(one)
            yield found
            waiting += self.direct(one)


def parse_context(source: bytes) -> ContextText:
    """Parse a context file; its errors are part of the result."""
    lines = tuple(source.decode("utf-8", "replace").splitlines())
    context_hash = hashlib.sha256(source).hexdigest()[:16]
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        problem = f"{type(error).__name__}: {error.msg}"
        return ContextText(lines, context_hash, problem=problem, problem_line=error.lineno or 0)
    except (ValueError, RecursionError, MemoryError) as error:
        return ContextText(lines, context_hash, problem=f"not valid Python: {error}")
    names = _names_of_decorator(tree)
    methods = [
        function
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef)
        for function in _functions(each.body)
    ]
    inside = set(map(id, methods))
    everywhere = [f for f in _functions(ast.walk(tree)) if id(f) not in inside]
    return ContextText(
        lines,
        context_hash,
        variables=dict(_declared(everywhere, names)),
        methods=dict(_declared(methods, names)),
        imported=frozenset(_imported(tree)),
        is_all=_is_all(tree),
    )


def _functions(nodes: Iterable[ast.AST]) -> list[Function]:
    return [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def _names_of_decorator(tree: ast.Module) -> set[str]:
    """The names of `Variable` in the file."""
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == VARIABLE
    }
    return {VARIABLE, *imported}


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def _is_all(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return False
        if isinstance(node, ast.Name) and node.id in DECIDED_WHEN_RUN:
            return False
        if isinstance(node, ast.Attribute) and node.attr in DECIDED_WHEN_RUN:
            return False
        if isinstance(node, ast.Call) and _last_name(node.func) in ("exec", "setattr", "globals"):
            return False
    return True


def _declared(functions: list[Function], names: set[str]) -> Iterator[tuple[str, VariableSource]]:
    for function in functions:
        for decorator in function.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            called = _last_name(call.func if call is not None else decorator)
            if called in names:
                yield function.name, _one(function, call)


def _one(function: Function, call: ast.Call | None) -> VariableSource:
    arguments: dict[str, object] = {}
    for keyword in call.keywords if call is not None else ():
        if keyword.arg and isinstance(keyword.value, ast.Constant):
            arguments[keyword.arg] = keyword.value.value
        elif keyword.arg == "data":  # RunData.PROC
            arguments["data"] = _last_name(keyword.value).lower()
    data = arguments.get("data")
    return VariableSource(
        function.name,
        function.lineno,
        tuple(_needs(function.args)),
        data if isinstance(data, str) else "",
        bool(arguments.get("cluster")),
        bool(arguments.get("transient")),
    )


def _needs(arguments: ast.arguments) -> Iterator[str]:
    """Dependencies of `var#` annotations; arguments with a default are optional."""
    plain = [*arguments.posonlyargs, *arguments.args]
    without_default = plain[: len(plain) - len(arguments.defaults)]
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    for argument in (*without_default, *(a for a, default in named if default is None)):
        note = argument.annotation
        if isinstance(note, ast.Constant) and isinstance(note.value, str):
            source, _, path = note.value.partition("#")
            if source in ("var", "self") and path:
                yield path


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
