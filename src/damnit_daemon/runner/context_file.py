"""The context file as a module, in processes that its functions start.

They get functions and classes of it by name: joblib, dask and multiprocessing send no more. The
bundle has this at its top, where the search path finds it. The file is executed once more, as a
program's main file is by multiprocessing. Where that fails, a function fails when it is called: a
pool whose processes die when they take a task waits for its result for ever.

A program may read several files, and a pool of its may be older than they are. So those are
modules below this one, each with its path in its name, which this module finds by that name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn
from urllib.parse import quote, unquote_to_bytes

PARENT = "damnit_daemon.runner.context_file"
"""This module, above those of a program's files."""

CONTEXT_VARIABLE = "DAMNIT_CONTEXT_FILE"
"""Has the file's path, in the runner and all that it starts."""
IMPORTING_VARIABLE = "DAMNIT_CONTEXT_FILE_IMPORTED_BY"
"""Is set in processes that are started while the file is executed for such a process."""


class Unavailable:
    """Stands for what would be in the file; says why it is not when it is called."""

    def __init__(self, name: str, reason: str) -> None:
        self._name = name
        self._reason = reason

    def __call__(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Say it."""
        raise ImportError(
            f"{self._name} of the context file cannot be called in another process: {self._reason}"
        )

    def __reduce__(self) -> tuple[type[Unavailable], tuple[str, str]]:
        return Unavailable, (self._name, self._reason)


def module_name(number: int, digest: str, path: Path | None) -> str:
    """Name a file that a program reads as a module that other processes can import.

    Args:
        number: Which of the program's files it is.
        digest: Of its contents.
        path: Where it is; None if it is no file.
    """
    place = "" if path is None else quote(os.fsencode(path.absolute())).replace(".", "%2E")
    return f"{PARENT}.{number}:{digest}:{place}"


class Finder(MetaPathFinder):
    """Finds the files that a program has read, by the names that they have there."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - it is in the name
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Find one by its name."""
        if fullname.startswith(f"{PARENT}.") and fullname.count(":") == 2:
            return ModuleSpec(fullname, _Loader())
        return None


class _Loader(Loader):
    def exec_module(self, module: ModuleType) -> None:
        """Execute the file; where that cannot be, its functions say so."""
        _, digest, place = module.__name__.split(":")
        if place:
            path = os.fsdecode(unquote_to_bytes(place))
            reason = _execute(module.__dict__, path, digest)
        else:
            reason = "it was made of a text, which only this program has. Write it to a file"
        if reason:
            module.__dict__["__getattr__"] = lambda name: _unavailable(name, reason)


def _unavailable(name: str, reason: str) -> Unavailable:
    if name.startswith("__"):
        raise AttributeError(name)
    return Unavailable(name, reason)


def _execute(namespace: dict[str, Any], path: str, expected_digest: str = "") -> str:
    """Execute the file; the reason if that cannot be."""
    if IMPORTING_VARIABLE in os.environ:
        return (
            "the file itself starts processes while it is read, each of which would read it "
            "again. Start them in a function"
        )
    from damnit_daemon.runner.local_imports import digest
    from damnit_daemon.runner.namesakes import provide

    provide()
    os.environ[IMPORTING_VARIABLE] = str(os.getpid())
    namespace["__file__"] = path
    # Else a thread of a pool that it makes would wait for the end of this import, and it for that.
    namespace["__spec__"] = None
    try:
        source = Path(path).read_bytes()
        if expected_digest and digest(source) != expected_digest:
            return f"{path} has changed since the program read it. Read it again"
        exec(compile(source, path, "exec", dont_inherit=True), namespace)
    except BaseException as error:  # noqa: BLE001 - of the user's file; told when it matters
        return f"it does not load there: {type(error).__name__}: {error}"
    finally:
        del os.environ[IMPORTING_VARIABLE]
    return ""


if __name__ == PARENT:
    __path__: list[str] = []
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.append(Finder())
elif __name__ == "context_file":
    _path = os.environ.get(CONTEXT_VARIABLE)
    _reason = _execute(globals(), _path) if _path else f"{CONTEXT_VARIABLE} is not set"
    if _reason:

        def __getattr__(name: str) -> Any:
            return _unavailable(name, _reason)
