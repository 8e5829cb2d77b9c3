"""A 16-digit fingerprint of the code behind a value: equal if it would be computed alike.

It covers the variable's function, the functions, classes, constants and imports of
the context file that it uses, directly or through others, modules next to the
context file that it imports, and the variables it depends on. Titles,
tags, descriptions, comments and layout do not count.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from .local_imports import LocalImports

HARMLESS = {"title", "tags", "description", "cluster"}
"""Arguments of `@Variable` that do not change the computed value."""


class Fingerprints:
    """The fingerprints of one context file.

    Args:
        tree: The parsed file.
        lines: First line of each variable's function, decorators included.
        dependencies: Dependencies of each variable.
        folder: Folder of the file; None if it is not a file.

    Attributes:
        helpers: The imported modules in that folder.
    """

    def __init__(
        self,
        tree: ast.Module,
        lines: Mapping[str, int],
        dependencies: Mapping[str, Iterable[str]],
        folder: Path | None = None,
    ) -> None:
        self.helpers = None if folder is None else LocalImports(folder)
        self._statements = tree.body
        self._lines = lines
        self._dependencies = dependencies
        self._binders = _binders(self._statements, self.helpers)
        self._reads = [_names_read(statement) for statement in tree.body]
        self._own: dict[int, bytes] = {}
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return a variable's fingerprint: 16 hex digits; empty if its code is not in the file."""
        if name not in self._known:
            self._known[name] = ""  # ends cycles
            self._known[name] = self._compute(name)
        return self._known[name]

    def _compute(self, name: str) -> str:
        start = self._statement_at(self._lines.get(name, 0))
        if start is None:
            return ""
        digest = hashlib.sha256()
        # A group's variable also depends on the arguments of the group.
        made = self._made_with(name, start) if "." in name else set()
        for index in sorted(self._used({start, *made})):
            digest.update(self._text(index))
        for dependency in sorted(self._dependencies.get(name, ())):
            digest.update(f"\0{dependency}={self.of(dependency)}".encode())
        return digest.hexdigest()[:16]

    def _statement_at(self, line: int) -> int | None:
        for index, statement in enumerate(self._statements):
            if _first_line(statement) <= line <= (statement.end_lineno or 0):
                return index
        return None

    def _used(self, start: set[int]) -> set[int]:
        """Return the given statements and all that they use."""
        found, todo = set(start), list(start)
        while todo:
            for name in self._reads[todo.pop()]:
                fresh = self._binders.get(name, set()) - found
                found |= fresh
                todo += fresh
        return found

    def _made_with(self, name: str, start: int) -> set[int]:
        """Return the statements that create a variable's group; its class is one statement."""
        users, todo = {start}, [start]
        while todo:
            names = _names_bound(self._statements[todo.pop()])
            fresh = {i for i, read in enumerate(self._reads) if read & names} - users
            users |= fresh
            todo += fresh
        # `name=` and pipelines give groups names that no global has: any of them may match.
        return users & self._binders.get(name.partition(".")[0], set()) or users

    def _text(self, index: int) -> bytes:
        if index not in self._own:
            plain = _Plain().visit(_copy(self._statements[index]))
            text = ast.unparse(plain).encode()
            if self.helpers is not None:
                for path in sorted(self.helpers.imported(self._statements[index])):
                    text += b"\0" + self.helpers.text(path)
            self._own[index] = text
        return self._own[index]


class _Plain(ast.NodeTransformer):
    """Removes parts that do not change a value."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        _drop_docstring(node)
        node.decorator_list = [_plain_decorator(each) for each in node.decorator_list]
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        _drop_docstring(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        _drop_docstring(node)
        return node


def _drop_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
    if ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:] or [ast.Pass()]


def _plain_decorator(node: ast.expr) -> ast.expr:
    if not isinstance(node, ast.Call):
        return node
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "Variable":
        node.args = node.args[1:]  # the title
        node.keywords = [each for each in node.keywords if each.arg not in HARMLESS]
    return node


def _copy(node: ast.stmt) -> ast.stmt:
    # As text and back: deepcopy of a large tree is slower, and transforming modifies the tree.
    return ast.parse(ast.unparse(node)).body[0]


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    first: int = min([statement.lineno, *(each.lineno for each in decorators)])
    return first


def _binders(statements: Iterable[ast.stmt], helpers: LocalImports | None) -> dict[str, set[int]]:
    """Return the statements that bind each name of the file."""
    binders: dict[str, set[int]] = {}
    for index, statement in enumerate(statements):
        starred = set() if helpers is None else helpers.names(statement)
        for name in _names_bound(statement) | starred:
            binders.setdefault(name, set()).add(index)
    return binders


def _names_bound(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds in the module, also inside if, try, with, for."""
    names: set[str] = set()
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue  # names bound inside are not visible outside
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(
            node.ctx, ast.Load
        ):
            names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        todo += ast.iter_child_nodes(node)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        # `np.seterr(…)`, `CONFIG.update(…)`: the call may change the object it is made on.
        names |= {each.id for each in ast.walk(statement.value.func) if isinstance(each, ast.Name)}
    return names


def _names_read(statement: ast.stmt) -> set[str]:
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
