"""Record of the variables of the context file, valid until the file or its Python changes."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from ..atomic_write import atomic_write
from ..launch import RunnerProcess
from ..launch.bundle import runner_name
from ..paths import DamnitFolder
from ..permissions import file_bits, make_shared_folder
from ..runner.protocol import ContextLoaded, decode_event, encode
from .context import context_python
from .extractor import is_outdated

LARGEST_BYTES = 16_000_000


def load_context(folder: DamnitFolder) -> ContextLoaded:
    """Load the context file, or return the record if neither it nor its Python has changed.

    A file that does not load is not recorded: the cause may lie outside it, and be fixed there.

    Raises:
        DamnitError: If the context Python cannot be used.
    """
    python = context_python(folder)
    known = _known(folder, python)
    if known is not None:
        return known
    before = _surroundings(folder, python)
    with RunnerProcess(folder, python) as runner:
        loaded = runner.context
    if not any(problem.severity == "error" for problem in loaded.problems):
        _record(folder, before, loaded)
    return loaded


def _known(folder: DamnitFolder, python: Path) -> ContextLoaded | None:
    try:
        with _path(folder).open("rb") as file:
            first, second = file.read(LARGEST_BYTES).split(b"\n", 1)
        if json.loads(first) != _surroundings(folder, python):
            return None
        loaded = decode_event(second)
        if isinstance(loaded, ContextLoaded) and not is_outdated(folder, loaded):
            return loaded
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass  # none yet, or damaged
    return None


def _record(folder: DamnitFolder, surroundings: list[object], loaded: ContextLoaded) -> None:
    path = _path(folder)
    with suppress(OSError):  # a record only saves time
        make_shared_folder(path.parent)
        content = json.dumps(surroundings).encode() + b"\n" + encode(loaded)
        atomic_write(path, content, file_bits(path.parent))


def _path(folder: DamnitFolder) -> Path:
    return folder.internals / "context.json"


def _surroundings(folder: DamnitFolder, python: Path) -> list[object]:
    """Return what else decides how the file loads: runner, interpreter, environment, modules."""
    packages = python.parent.parent.glob("lib/python3*/site-packages")
    changed = [path.stat().st_mtime_ns for path in (python, *sorted(packages))]
    beside = sorted(path.name for path in folder.path.glob("*.py"))
    search_path = os.environ.get("PYTHONPATH", "")
    return [runner_name(), str(folder.path.absolute()), str(python), search_path, changed, beside]
