"""Where things stand in the source of a context file."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from damnit_ctx import Variable


class Places:
    """Lines and columns (1-based) of the functions of a context file."""

    def __init__(self, source: str) -> None:
        self._functions: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        for node in ast.parse(source).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._functions.setdefault(node.name, []).append(node)

    def of(self, variable: Variable, parameter: str = "") -> tuple[int, int]:
        """Place of a variable's function, or of one of its parameters.

        For a function that another module defines only its line is known.
        """
        nodes = self._functions.get(variable.name)
        if not nodes:
            code = getattr(variable.func, "__code__", None)
            return (code.co_firstlineno if code else 0), 0
        node = nodes[-1]
        for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if arg.arg == parameter:
                place = arg.annotation or arg
                return place.lineno, place.col_offset + 1
        return node.lineno, node.col_offset + 1

    def repeated(self, names: Iterable[str]) -> Iterator[tuple[str, list[int]]]:
        """The names that more than one top-level function has, with their lines."""
        for name in names:
            nodes = self._functions.get(name, [])
            if len(nodes) > 1:
                yield name, [node.lineno for node in nodes]
