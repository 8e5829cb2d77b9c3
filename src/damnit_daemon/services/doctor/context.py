"""Checks of the context file and its Python."""

from __future__ import annotations

from collections.abc import Iterator

from ...launch import Limits, RunnerProcess
from ...paths import DamnitFolder
from ...text import count_of
from ..context import context_python, require_context_file
from .finding import Finding, fine, note, wrong

START_S = 90.0


def check_context(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that the Python starts, has the required packages, and can load the file.

    Raises:
        DamnitError: If there is no file, or its Python does not start; gives the reason.
    """
    require_context_file(folder)
    python = context_python(folder)
    with RunnerProcess(folder, python, limits=Limits(start_s=START_S)) as runner:
        loaded = runner.context
    versions = dict(loaded.versions)
    installed = ", ".join(f"{name} {version}" for name, version in versions.items())
    if "extra_data" in versions:
        yield fine("context", f"{python}: {installed}")
    else:
        fix = f"{python} -m pip install extra_data"
        yield wrong("context", f"{python} has no extra_data ({installed}).", fix)
    for problem in loaded.problems:
        make = wrong if problem.severity == "error" else note
        yield make("context", str(problem), "Fix the context file." if make is wrong else "")
    if not any(problem.severity == "error" for problem in loaded.problems):
        yield fine(
            "context", f"{folder.context_file.name}: {count_of(len(loaded.variables), 'variable')}"
        )
