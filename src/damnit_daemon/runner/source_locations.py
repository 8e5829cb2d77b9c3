"""Locations in the source of a context file."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterable, Iterator

from .variable import Variable

Function = ast.FunctionDef | ast.AsyncFunctionDef


class SourceLocations:
    """Lines and columns (1-based) of the functions of a context file.

    Attributes:
        tree: The parsed source.
    """

    def __init__(self, source: str, filename: str = "") -> None:
        """Parse the source.

        Args:
            source: Source of the file.
            filename: Name under which it was compiled; functions of other files are ignored.
        """
        self._filename = filename
        self.tree = tree = ast.parse(source)
        self._top: dict[str, list[Function]] = {}
        self._by_line: dict[int, Function] = {}
        for node in tree.body:
            if isinstance(node, Function):
                self._top.setdefault(node.name, []).append(node)
        for function in (n for n in ast.walk(tree) if isinstance(n, Function)):
            # The first line of the code object is that of the first decorator.
            first = function.decorator_list[0] if function.decorator_list else function
            self._by_line[first.lineno] = function
        self._globals = {
            target.id: (node.lineno, node.col_offset + 1)
            for node in tree.body
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        self._imports = {
            alias.asname or alias.name: (node.lineno, node.col_offset + 1)
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        self._classes = {
            node.name: (node.lineno, node.col_offset + 1)
            for node in tree.body
            if isinstance(node, ast.ClassDef)
        }

    def of(self, variable: Variable, parameter: str = "") -> tuple[int, int]:
        """Return the place of a variable's function, or of one of its parameters.

        For a function defined in another module, return the place of the import, if any.
        """
        node = self.function(variable)
        if node is None:
            return self._imports.get(variable.name.partition(".")[0], (0, 0))
        for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if arg.arg == parameter:
                place = arg.annotation or arg
                return place.lineno, place.col_offset + 1
        return node.lineno, node.col_offset + 1

    def of_global(self, name: str, kind: type) -> tuple[int, int]:
        """Return the place where a global is assigned, else its class; zeros if neither is here."""
        return self._globals.get(name) or self._classes.get(kind.__name__) or (0, 0)

    def function(self, variable: Variable) -> Function | None:
        """Return the function of a variable in this file; None if it is elsewhere."""
        code = _code(variable)
        if code is not None and code.co_filename != self._filename:
            return None
        if code is not None:
            node = self._by_line.get(code.co_firstlineno)
            if node is not None and node.name == code.co_name:
                return node
        nodes = self._top.get(variable.name)
        return nodes[-1] if nodes else None

    def repeated(self, names: Iterable[str]) -> Iterator[tuple[str, list[int]]]:
        """Yield the names that several top-level functions share, with their lines."""
        for name in names:
            nodes = self._top.get(name, [])
            if len(nodes) > 1:
                yield name, [node.lineno for node in nodes]


def _code(variable: Variable) -> types.CodeType | None:
    function = inspect.unwrap(variable.func) if variable.func is not None else None
    return getattr(function, "__code__", None)
