"""Static checks of a context file: mistakes that do not prevent it from loading.

Pure: source in, problems out; nothing is executed. `check_source` is for an editor,
which has only the text; the runner calls `check_functions` with the loaded functions.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .protocol import Problem, VariableMeta
from .variable import RESERVED_NAMES, SOURCES, SPELLINGS

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

HEAVY_S = 60.0
"""A slower variable holds up the others of its run; it should use a cluster node."""
HEAVY_COUNT = 3
"""Number of runs before a slow variable is reported."""

CORRECTED_SOURCE = "/CORR/"
"""Part of the source names that detector correction writes."""
CORRECTED_KEYS = ("image.mask", "data.mask")
"""Keys that exist only in corrected data."""
BOTH_KEYS = ("image.data", "data.adc")
"""Detector keys with counts in raw files, and corrected values in corrected ones."""
DETECTORS = ("AGIPD1M", "AGIPD500K", "DSSC1M", "JUNGFRAU", "LPD1M", "LPDSolo")
"""EXtra-data components that use corrected data if there is any, else raw."""


@dataclass(frozen=True)
class DeclaredFunction:
    """The function of a variable."""

    name: str
    node: FunctionNode
    needs_proc: bool
    """True if it gets corrected data."""
    is_method: bool = False


@dataclass
class _Module:
    """The top level of a file."""

    functions: list[DeclaredFunction] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """All names that are assigned, defined or imported."""
    texts: dict[str, str] = field(default_factory=dict)
    """Text constants by name."""
    is_open: bool = False
    """True if it may have variables that are not visible statically."""


def check_source(source: str, file: str = "context.py") -> list[Problem]:
    """Check the text of a context file.

    Args:
        source: The text.
        file: Name of the file.
    """
    try:
        tree = ast.parse(source.removeprefix("\ufeff"))
    except (SyntaxError, ValueError) as error:
        place = getattr(error, "lineno", 0) or 0, getattr(error, "offset", 0) or 0
        message = getattr(error, "msg", None) or str(error)
        return [Problem(f"{type(error).__name__}: {message}", file, *place)]
    module = _look_through(tree)
    found = [*_check_names(module, file), *check_functions(module.functions, tree, file)]
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def check_functions(
    functions: Iterable[DeclaredFunction], tree: ast.Module, file: str
) -> list[Problem]:
    """Check the functions of variables for unused arguments and unavailable data.

    Args:
        functions: The functions.
        tree: The parsed file that contains them.
        file: Name of the file.
    """
    texts = _look_through(tree).texts
    helpers = {n.name: n for n in tree.body if isinstance(n, FunctionNode) and not _declared(n)}
    found: list[Problem] = []
    for declared in functions:
        found += _unused(declared, file)
        if not declared.needs_proc:
            found += _needs_proc(declared, texts, file)
            found += _detectors(declared, helpers, texts, file)
    return list(dict.fromkeys(found))  # the instances of a group share its functions


def warn_of_unused(name: str, file: str, line: int, column: int) -> Problem:
    """Return the warning about a transient variable that nothing depends on."""
    return _warning(
        f"{name!r} is transient and nothing depends on it: its value is never used",
        file,
        line,
        column,
    )


def check_costs(
    variables: Iterable[VariableMeta], timings: Mapping[str, tuple[int, float]], file: str
) -> list[Problem]:
    """Find variables that are too slow to be evaluated together with others.

    Args:
        variables: The variables of the file.
        timings: By name: number of evaluations, and their median duration in seconds.
        file: Name of the file.
    """
    found = []
    for variable in variables:
        count, median_s = timings.get(variable.name, (0, 0.0))
        if count >= HEAVY_COUNT and median_s >= HEAVY_S and not variable.cluster:
            message = (
                f"{variable.name!r} takes {median_s:.0f} s (median of {count} runs) and "
                "delays the variables after it: use cluster=True to run it on its own node"
            )
            found.append(_warning(message, file, variable.line, variable.column))
    return found


def _look_through(tree: ast.Module) -> _Module:
    module = _Module()
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _note_import(node, module)
        elif isinstance(node, FunctionNode):
            module.names.add(node.name)
            if (declared := _declared(node)) is not None:
                module.functions.append(declared)
        elif isinstance(node, ast.ClassDef):
            module.names.add(node.name)
            methods = [n for n in node.body if isinstance(n, FunctionNode)]
            found = [_declared(method, is_method=True) for method in methods]
            module.functions += [declared for declared in found if declared is not None]
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            _note_assignment(node, module)
        elif not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
            module.is_open = True  # a loop or a call may create variables
    return module


def _note_import(node: ast.Import | ast.ImportFrom, module: _Module) -> None:
    for alias in node.names:
        if alias.name == "*" and getattr(node, "module", "") != "damnit_ctx":
            module.is_open = True
        module.names.add((alias.asname or alias.name).partition(".")[0])


def _note_assignment(node: ast.Assign | ast.AnnAssign, module: _Module) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        for name in (n for n in ast.walk(target) if isinstance(n, ast.Name)):
            module.names.add(name.id)
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                module.texts[name.id] = node.value.value


def _declared(node: FunctionNode, *, is_method: bool = False) -> DeclaredFunction | None:
    for decorator in node.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")
        if name != "Variable":
            continue
        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
        data = [k.value for k in keywords if k.arg == "data"]
        needs_proc = any(not (isinstance(v, ast.Constant) and v.value == "raw") for v in data)
        return DeclaredFunction(node.name, node, needs_proc, is_method)
    return None


def _check_names(module: _Module, file: str) -> Iterator[Problem]:
    """Find names that are duplicated, reserved or undefined."""
    functions = [declared for declared in module.functions if not declared.is_method]
    names = [declared.name for declared in functions]
    for index, declared in enumerate(functions):
        place = declared.node.lineno, declared.node.col_offset + 1
        if declared.name in names[:index]:
            message = f"{declared.name!r} is defined more than once; the last definition is used"
            yield _warning(message, file, *place)
        if declared.name in RESERVED_NAMES:
            reason = RESERVED_NAMES[declared.name]
            message = f"The variable name {declared.name!r} is reserved: {reason}. Use another name"
            yield Problem(message, file, *place)
    if not module.is_open:
        for declared in module.functions:
            yield from _unknown(declared, names, module, file)


def _unknown(
    declared: DeclaredFunction, names: list[str], module: _Module, file: str
) -> Iterator[Problem]:
    for argument, source, path, required in _sources(declared):
        if source not in SOURCES:
            message = f"Unknown source {source}#; use one of {', '.join(s + '#' for s in SOURCES)}"
            yield _warning(message, file, *_place(argument))
        if source != "var":
            continue
        first = path.partition(".")[0]
        is_pattern = any(c in path for c in "*?[")
        known = (
            any(fnmatchcase(n, path) for n in names if n != declared.name)
            if is_pattern
            else path in names
        )
        # Imported or assigned names may be variables or groups too.
        if known or first in module.names - set(names) or (is_pattern and "." in path):
            continue
        message = f"Missing dependency: {path!r} for {declared.name!r}."
        if not required:
            message += " Its default will be used."
        if near := difflib.get_close_matches(path, names, n=1):
            message += f" Did you mean {near[0]!r}?"
        severity = "error" if required else "warning"
        yield Problem(message, file, *_place(argument), severity)


def _sources(declared: DeclaredFunction) -> Iterator[tuple[ast.arg, str, str, bool]]:
    """Yield the parameters with a source: source, path, and True if there is no default."""
    arguments = declared.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = {a.arg for a in positional[len(positional) - len(arguments.defaults) :]}
    with_default |= {
        a.arg
        for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    }
    for argument in [*positional[1 + declared.is_method :], *arguments.kwonlyargs]:
        note = argument.annotation
        if isinstance(note, ast.Constant) and isinstance(note.value, str) and "#" in note.value:
            source, _, path = note.value.strip().partition("#")
            required = argument.arg not in with_default
            yield argument, SPELLINGS.get(source, source), path, required


def _unused(declared: DeclaredFunction, file: str) -> Iterator[Problem]:
    used = {n.id for n in ast.walk(declared.node) if isinstance(n, ast.Name)}
    if used & {"locals", "vars", "eval", "exec"} or _is_stub(declared.node):
        return
    for argument, source, path, _ in _sources(declared):
        if argument.arg not in used and not argument.arg.startswith("_"):
            waits = f", but {declared.name!r} depends on it" if source in ("var", "self") else ""
            message = f"Argument {argument.arg!r} ({source}#{path}) is never used{waits}"
            yield _warning(message, file, *_place(argument))


def _is_stub(node: FunctionNode) -> bool:
    """Return True if the body is only a stub: a docstring, `...`, `pass`, `raise`."""
    return all(
        isinstance(part, (ast.Pass, ast.Raise))
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        for part in node.body
    )


def _needs_proc(
    declared: DeclaredFunction, texts: Mapping[str, str], file: str
) -> Iterator[Problem]:
    """Find uses of corrected data in a function that receives only raw files."""
    for statement in declared.node.body:
        for node in ast.walk(statement):
            text = texts.get(node.id, "") if isinstance(node, ast.Name) else ""
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            if "\n" in text or not (CORRECTED_SOURCE in text or text in CORRECTED_KEYS):
                continue
            message = (
                f"{declared.name!r} reads corrected data ({text!r}), but receives only raw files: "
                'use @Variable(data="proc")'
            )
            assert isinstance(node, ast.expr)
            yield _warning(message, file, node.lineno, node.col_offset + 1)
            return


def _detectors(
    declared: DeclaredFunction,
    helpers: Mapping[str, FunctionNode],
    texts: Mapping[str, str],
    file: str,
) -> Iterator[Problem]:
    """Find detector data, in a function or one it calls, that changes once corrected."""
    waiting: list[FunctionNode] = [declared.node]
    seen: set[str] = set()
    while waiting:
        for node in (n for part in waiting.pop(0).body for n in ast.walk(part)):
            if isinstance(node, ast.Name) and node.id in helpers.keys() - seen:
                seen.add(node.id)
                waiting.append(helpers[node.id])
            text = _detector(node, texts)
            if text and isinstance(node, ast.expr):
                message = (
                    f"{declared.name!r} uses {text}, but receives only raw files, even if "
                    'corrected ones exist: use @Variable(data="proc")'
                )
                yield _warning(message, file, node.lineno, node.col_offset + 1)
                return


def _detector(node: ast.AST, texts: Mapping[str, str]) -> str:
    """Return the detector component or key in a piece of code, or an empty string."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        is_raw = any(k.arg == "raw" and _is_true(k.value) for k in node.keywords)
        return name if name in DETECTORS and not is_raw else ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        for part in node.slice.elts:
            text = texts.get(part.id, "") if isinstance(part, ast.Name) else ""
            if isinstance(part, ast.Constant):
                text = str(part.value)
            if CORRECTED_SOURCE in text:
                return ""  # corrected data is reported elsewhere
            if text in BOTH_KEYS:
                return repr(text)
    return ""


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _place(argument: ast.arg) -> tuple[int, int]:
    place = argument.annotation or argument
    return place.lineno, place.col_offset + 1


def _warning(message: str, file: str, line: int, column: int) -> Problem:
    return Problem(message, file, line, column, "warning")
