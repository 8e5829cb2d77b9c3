"""The context file as a module, in processes that its functions start.

They get functions and classes of it by name: joblib, dask and multiprocessing send no more. The
bundle has this at its top, where the search path finds it. The file is executed once more, as a
program's main file is by multiprocessing. Where that fails, a function fails when it is called: a
pool whose processes die when they take a task waits for its result for ever.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

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


def _execute(namespace: dict[str, Any]) -> str:
    """Execute the file; the reason if that cannot be."""
    path = os.environ.get(CONTEXT_VARIABLE)
    if not path:
        return f"{CONTEXT_VARIABLE} is not set"
    if IMPORTING_VARIABLE in os.environ:
        return (
            "the file itself starts processes while it is read, each of which would read it "
            "again. Start them in a function"
        )
    from damnit_daemon.runner.namesakes import provide

    provide()
    os.environ[IMPORTING_VARIABLE] = str(os.getpid())
    namespace["__file__"] = path
    # Else a thread of a pool that it makes would wait for the end of this import, and it for that.
    namespace["__spec__"] = None
    try:
        exec(compile(Path(path).read_bytes(), path, "exec", dont_inherit=True), namespace)
    except BaseException as error:  # noqa: BLE001 - of the user's file; told when it matters
        return f"it does not load there: {type(error).__name__}: {error}"
    finally:
        del os.environ[IMPORTING_VARIABLE]
    return ""


if __name__ == "context_file" and (_reason := _execute(globals())):

    def __getattr__(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unavailable(name, _reason)
