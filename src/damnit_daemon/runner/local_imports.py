"""Modules that lie beside the context file, or below it, and are imported by it: its code, too.

Standard library only, Python 3.10: it travels into the user's Python.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 4_000_000


class LocalImports:
    """The modules of one folder, each read once.

    Attributes:
        digests: Of each file that was looked at the first 16 hex digits of SHA-256, by its
            path below the folder.
    """

    def __init__(self, folder: Path) -> None:
        """Look at nothing yet.

        Args:
            folder: Of the context file.
        """
        self.digests: dict[str, str] = {}
        self._folder = folder
        self._trees: dict[Path, ast.Module | None] = {}

    def imported(self, node: ast.AST) -> set[Path]:
        """The files that a piece of the context file imports, and those that they import."""
        found: set[Path] = set()
        todo = list(self._imports(node, self._folder))
        while todo:
            path = todo.pop()
            if path not in found and (tree := self._tree(path)) is not None:
                found.add(path)
                todo += self._imports(tree, path.parent)
        return found

    def text(self, path: Path) -> bytes:
        """What a file says, without comments and layout."""
        tree = self._tree(path)
        return b"" if tree is None else ast.unparse(tree).encode("utf-8", "surrogatepass")

    def names(self, statement: ast.stmt) -> set[str]:
        """What `from module import *` gives a name, if the module is one of these."""
        names: set[str] = set()
        for node in ast.walk(statement):
            if isinstance(node, ast.ImportFrom) and any(each.name == "*" for each in node.names):
                for path in self._files(self._folder, (node.module or "").split(".")):
                    names |= self._bound(path)
        return names

    def _bound(self, path: Path) -> set[str]:
        tree = self._tree(path)
        names: set[str] = set()
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                names |= {each.asname or each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
        return names

    def _imports(self, tree: ast.AST, beside: Path) -> Iterator[Path]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for each in node.names:
                    yield from self._files(self._folder, each.name.split("."))
            elif isinstance(node, ast.ImportFrom):
                start = self._folder
                if node.level:
                    places = [beside, *beside.parents]
                    start = places[min(node.level, len(places)) - 1]
                parts = node.module.split(".") if node.module else []
                yield from self._files(start, parts)
                for each in node.names:
                    yield from self._files(start, [*parts, each.name])

    def _files(self, start: Path, parts: list[str]) -> Iterator[Path]:
        """Where a module and its packages would be; only what is in the folder counts."""
        if start != self._folder and self._folder not in start.parents:
            return
        for count in range(1, len(parts) + 1):
            place = start.joinpath(*parts[:count])
            yield place.with_name(f"{place.name}.py")
            yield place / "__init__.py"

    def _tree(self, path: Path) -> ast.Module | None:
        if path not in self._trees:
            self._trees[path] = self._read(path)
        return self._trees[path]

    def _read(self, path: Path) -> ast.Module | None:
        try:
            if not path.is_file() or path.stat().st_size > MOST_BYTES:
                return None
            content = path.read_bytes()
            self.digests[str(path.relative_to(self._folder))] = digest(content)
            return ast.parse(content)
        except (OSError, ValueError, SyntaxError, RecursionError):
            return None


def digest(content: bytes) -> str:
    """By what a file is known: 16 hex digits."""
    return hashlib.sha256(content).hexdigest()[:16]
