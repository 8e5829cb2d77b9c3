"""The context file as a module, in processes that its functions start.

They receive its functions and classes by name, as joblib, dask and multiprocessing send them. The
bundle has this module at its top, where the search path finds it. The file is executed again, as
multiprocessing does with a program's main file. If that fails, its functions fail when called: a
pool whose processes die on receiving a task would wait for its result for ever.

A program may read several files, and its pools may be older than they are. So each file is a
module below this one, with its path in its name, by which this module finds it.
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
"""This module, the parent of those of a program's files."""

CONTEXT_VARIABLE = "DAMNIT_CONTEXT_FILE"
"""Variable with the file's path, in the runner and all processes it starts."""
IMPORTING_VARIABLE = "DAMNIT_CONTEXT_FILE_IMPORTED_BY"
"""Set in processes that are started while the file is executed for such a process."""


class Unavailable:
    """Placeholder for a name of the file; raises the reason when called."""

    def __init__(self, name: str, reason: str) -> None:
        self._name = name
        self._reason = reason

    def __call__(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise the reason."""
        raise ImportError(
            f"{self._name} of the context file cannot be called in another process: {self._reason}"
        )

    def __reduce__(self) -> tuple[type[Unavailable], tuple[str, str]]:
        return Unavailable, (self._name, self._reason)


def module_name(number: int, digest: str, path: Path | None) -> str:
    """Return a module name for a file that other processes can import.

    Args:
        number: Number of the file in the program.
        digest: Hash of its contents.
        path: Path of the file; None if it is not a file.
    """
    place = "" if path is None else quote(os.fsencode(path.absolute())).replace(".", "%2E")
    return f"{PARENT}.{number}:{digest}:{place}"


class ContextFileFinder(MetaPathFinder):
    """Finds the files that a program has read, by their module names."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - it is in the name
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Find a file by its module name."""
        if fullname.startswith(f"{PARENT}.") and fullname.count(":") == 2:
            return ModuleSpec(fullname, _Loader())
        return None


class _Loader(Loader):
    def exec_module(self, module: ModuleType) -> None:
        """Execute the file; if that fails, its functions raise the reason."""
        _, digest, place = module.__name__.split(":")
        if place:
            path = os.fsdecode(unquote_to_bytes(place))
            reason = _execute(module.__dict__, path, digest)
        else:
            reason = "it was created from text that only this program has. Write it to a file"
        if reason:
            module.__dict__["__getattr__"] = lambda name: _unavailable(name, reason)


def _unavailable(name: str, reason: str) -> Unavailable:
    if name.startswith("__"):
        raise AttributeError(name)
    return Unavailable(name, reason)


def _execute(namespace: dict[str, Any], path: str, expected_digest: str = "") -> str:
    """Execute the file; return the reason if that fails."""
    if IMPORTING_VARIABLE in os.environ:
        return (
            "the file starts processes when it is loaded, and each would load it again. Start "
            "them in a function"
        )
    from damnit_daemon.runner.local_imports import digest
    from damnit_daemon.runner.namesakes import provide

    provide()
    os.environ[IMPORTING_VARIABLE] = str(os.getpid())
    namespace["__file__"] = path
    # Else a pool thread would wait for the end of this import, which waits for the thread.
    namespace["__spec__"] = None
    try:
        source = Path(path).read_bytes()
        if expected_digest and digest(source) != expected_digest:
            return f"{path} has changed since the program read it. Reload it"
        exec(compile(source, path, "exec", dont_inherit=True), namespace)
    except BaseException as error:  # noqa: BLE001 - of the user's file; told when it matters
        return f"it cannot be loaded there: {type(error).__name__}: {error}"
    finally:
        del os.environ[IMPORTING_VARIABLE]
    return ""


if __name__ == PARENT:
    __path__: list[str] = []
    if not any(isinstance(finder, ContextFileFinder) for finder in sys.meta_path):
        sys.meta_path.append(ContextFileFinder())
elif __name__ == "context_file":
    _path = os.environ.get(CONTEXT_VARIABLE)
    _reason = _execute(globals(), _path) if _path else f"{CONTEXT_VARIABLE} is not set"
    if _reason:

        def __getattr__(name: str) -> Any:
            return _unavailable(name, _reason)
