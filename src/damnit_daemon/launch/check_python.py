"""Checks that an interpreter can run a context file by starting it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import DamnitError
from ..runner.exit_reason import describe_exit
from .environment import DROPPED

NEEDED = ("extra_data", "yaml", "requests")
"""Modules that the runner imports: extra_data and its dependencies."""

INSTALLED_AS = {"yaml": "pyyaml"}
OLDEST = (3, 10)
TIMEOUT_S = 120.0
"""The first import from a shared file system may take a minute."""

CODE = """\
import sys
sys.path[:] = filter(None, sys.path)  # not the working directory; 3.10 has no -P
import importlib, json, platform
found = {"python": platform.python_version()}
for name in ("numpy", "h5py", "xarray", *%r):
    try:
        found[name] = str(getattr(importlib.import_module(name), "__version__", "?"))
    except ImportError:
        found[name] = ""
print("\\n" + json.dumps(found))
"""


class PythonUnusable(DamnitError):  # noqa: N818 – house style
    """An interpreter that cannot run context files."""


@dataclass(frozen=True)
class PythonInfo:
    """The packages of an interpreter."""

    versions: Mapping[str, str]
    """Versions of Python and of the relevant packages; empty for a missing one."""

    def __str__(self) -> str:
        return ", ".join(f"{name} {version}" for name, version in self.versions.items() if version)


def probe_python(python: Path, *, timeout_s: float = TIMEOUT_S) -> PythonInfo:
    """Start an interpreter as for a runner and list its packages.

    Args:
        python: Path of the interpreter.
        timeout_s: Time limit in seconds.

    Raises:
        PythonUnusable: If it does not start, is too old, or lacks a package.
    """
    environment = {k: v for k, v in os.environ.items() if k not in (*DROPPED, "PYTHONPATH")}
    try:
        done = subprocess.run(
            [os.fspath(python), "-c", CODE % (NEEDED,)],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except OSError as error:
        raise PythonUnusable(f"{python} does not start: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise PythonUnusable(f"{python} did not respond within {timeout_s:g} s.") from None
    try:
        versions = json.loads(done.stdout.splitlines()[-1])
        major, minor = map(int, versions["python"].split(".")[:2])
    except (IndexError, KeyError, TypeError, ValueError):
        last = next(iter(done.stderr.strip().splitlines()[-1:]), "no output")
        raise PythonUnusable(
            f"{python} cannot be used: it {describe_exit(done.returncode)}; {last}."
        ) from None
    if (major, minor) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise PythonUnusable(f"{python} is Python {major}.{minor}; {oldest} or newer is needed.")
    if missing := [INSTALLED_AS.get(name, name) for name in NEEDED if not versions.get(name)]:
        raise PythonUnusable(
            f"{python} (Python {major}.{minor}) has no {', '.join(missing)}.",
            hint=f"{python} -m pip install {' '.join(missing)}",
        )
    return PythonInfo(versions)
