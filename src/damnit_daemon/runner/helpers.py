"""Modules of the user's own that a context file imports: those in its folder, or below.

They are found by reading, not by what is loaded: a function may import them when it is called.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path


class Helpers:
    """The modules beside a context file that it imports, and those that they import.

    Args:
        tree: What the file says.
        folder: Where it is; None if it is nowhere, and has nothing beside it.

    Attributes:
        files: Of each file, from the folder on, 16 hex digits of what is in it.
    """

    def __init__(self, tree: ast.AST, folder: Path | None) -> None:
        self.files: dict[str, str] = {}
        self._folder = folder
        self._uses: dict[str, set[str]] = {}
        for name in self._imported(tree, ""):
            self._read(name)

    def used_by(self, node: ast.AST) -> str:
        """What stands for all that some code imports from beside the file; empty if nothing."""
        found: set[str] = set()
        todo = self._imported(node, "")
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo |= self._uses.get(name, set())
        return "".join(f"\0{name}={self.files[name]}" for name in sorted(found))

    def _read(self, name: str) -> None:
        if name in self.files or self._folder is None:
            return
        self.files[name] = digest = digest_of(self._folder / name)
        try:
            tree = ast.parse((self._folder / name).read_bytes() if digest else b"")
        except (OSError, SyntaxError, ValueError):  # whoever imports it is told
            return
        self._uses[name] = self._imported(tree, str(Path(name).parent))
        for other in self._uses[name]:
            self._read(other)

    def _imported(self, node: ast.AST, place: str) -> set[str]:
        """The files that some code imports; `place` is the folder of what it stands in."""
        return {
            name
            for dotted in _dotted_names(node, place)
            for stem in _stems(dotted)
            for name in (f"{stem}.py", f"{stem}/__init__.py")
            if self._is_file(name)
        }

    def _is_file(self, name: str) -> bool:
        try:
            return self._folder is not None and (self._folder / name).is_file()
        except (OSError, ValueError):  # no name that a file could have
            return False


def digest_of(path: Path) -> str:
    """What stands for the contents of a file: 16 hex digits; empty if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def _dotted_names(node: ast.AST, place: str) -> Iterator[str]:
    """All that is imported somewhere in some code, in full: `from a import b` may mean `a.b`."""
    for each in ast.walk(node):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom):
            above = _above(place, each.level)
            start = ".".join(part for part in (above, each.module) if part)
            yield start
            yield from (f"{start}.{a.name}".lstrip(".") for a in each.names if a.name != "*")


def _above(place: str, level: int) -> str:
    """The package that so many dots mean, seen from a folder."""
    if not level:
        return ""
    parts = [part for part in Path(place).parts if part != "."]
    return ".".join(parts[: len(parts) - (level - 1)])


def _stems(dotted: str) -> Iterator[str]:
    """Where the module and the packages it is in would be: `a`, `a/b`."""
    parts = dotted.split(".") if dotted else []
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[:count])
