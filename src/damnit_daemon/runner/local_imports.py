"""Modules next to the context file, or below it, that it imports: part of its code.

Standard library only, Python 3.10: it is shipped to the user's Python.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 4_000_000
MODULES_VARIABLE = "DAMNIT_CONTEXT_MODULES"
"""Variable with the folder of an earlier context file's modules, if they are kept elsewhere."""


class LocalImports:
    """The modules of one folder, each read once.

    Attributes:
        digests: First 16 hex digits of the SHA-256 of each file read, by its
            path below the folder.
    """

    def __init__(self, folder: Path) -> None:
        """Prepare; no file is read yet.

        Args:
            folder: Folder of the context file.
        """
        self.digests: dict[str, str] = {}
        self._folder = folder
        self._trees: dict[Path, ast.Module | None] = {}

    def imported(self, node: ast.AST) -> set[Path]:
        """Return the files imported by a piece of the context file, directly or indirectly."""
        found: set[Path] = set()
        todo = list(self._imports(node, self._folder))
        while todo:
            path = todo.pop()
            if path not in found and (tree := self._tree(path)) is not None:
                found.add(path)
                todo += self._imports(tree, path.parent)
        return found

    def text(self, path: Path) -> bytes:
        """Return the code of a file, without comments and layout."""
        tree = self._tree(path)
        return b"" if tree is None else ast.unparse(tree).encode("utf-8", "surrogatepass")

    def names(self, statement: ast.stmt) -> set[str]:
        """Return the names bound by `from module import *`, if the module is one of these."""
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
        """Yield the possible files of a module and its packages, inside the folder only."""
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
    """Return the hash that identifies a file: 16 hex digits."""
    return hashlib.sha256(content).hexdigest()[:16]
