"""What each package loads: start-up stays quick, and the runner needs no more than the user has.

Each import is done in a fresh interpreter; what is in `sys.modules` afterwards tells.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"h5py", "h5netcdf", "xarray", "numpy", "pandas", "matplotlib", "extra_data", "plotly"}
TERMINAL = {"textual", "rich", "typer"}
SERVICES = {"kafka", "supervisor", "requests", "yaml"}
OURS = {"damnit_tui", "damnit_daemon", "damnit_ctx"}

BEFORE_PAINT = HEAVY | SERVICES | {"textual"}
"""Nothing of these is loaded before the newest runs are painted."""

TOP_LEVEL = """
import json, sys
before = set(sys.modules)
import {module}
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(json.dumps(sorted(loaded)))
"""


def loaded_by(module: str) -> set[str]:
    """Top-level names of the modules that an import loads."""
    command = [sys.executable, "-c", TOP_LEVEL.format(module=module)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.extended
@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("damnit_tui.app", HEAVY | SERVICES),
        ("damnit_tui.cli", HEAVY | SERVICES),
        ("damnit_tui.startup, damnit_tui.early_paint, damnit_tui.data.session", BEFORE_PAINT),
        ("damnit_tui.viewer.screen", HEAVY - {"numpy"} | {"plotext"}),
        ("damnit_daemon.cli", HEAVY | SERVICES | {"textual", "email"}),  # email: importlib.metadata
        ("damnit_daemon.cli.reprocess, damnit_daemon.services.extraction", HEAVY | SERVICES),
        ("damnit_daemon.store", HEAVY | SERVICES | TERMINAL),
        ("damnit_daemon.model", HEAVY | SERVICES | TERMINAL),
        ("damnit_daemon.paths", HEAVY | SERVICES | TERMINAL),
        ("damnit_daemon.hdf5", {"xarray", "pandas", "matplotlib"} | SERVICES | TERMINAL),
    ],
)
def test_an_import_stays_light(module, unwanted):
    assert not loaded_by(module) & unwanted


RUNNER_BEFORE_THE_JOB = [
    "damnit_ctx",
    "damnit_daemon.runner",
    "damnit_daemon.runner.file_format",
    "damnit_daemon.runner.protocol",
    "damnit_daemon.runner.__main__",
]


@pytest.mark.parametrize("module", RUNNER_BEFORE_THE_JOB)
def test_in_the_users_python_only_the_standard_library_is_needed_to_begin_with(module):
    assert loaded_by(module) <= sys.stdlib_module_names | OURS


def test_the_context_api_loads_declarations_only():
    code = "import sys, damnit_ctx; print(*(n for n in sys.modules if n.startswith('damnit_')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    runner = {f"damnit_daemon.runner.{name}" for name in ("cell", "group", "parameter", "variable")}
    parents = {"damnit_daemon", "damnit_daemon.runner"}
    assert set(done.stdout.split()) == {"damnit_ctx", *parents, *runner}


def test_the_runner_does_not_import_the_context_api():
    code = "import sys, damnit_daemon.runner.pipeline; print('damnit_ctx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_runner_knows_nothing_above_it():
    """All of it, not only what `__main__` imports at first: it travels without the rest."""
    everything = ", ".join(
        f"damnit_daemon.runner.{name}"
        for name in (
            "context",
            "execute",
            "fragment",
            "graph",
            "fork_server",
            "summary",
            "thumbnail",
        )
    )
    code = f"""
import sys
import {everything}
allowed = ("damnit_daemon.runner", "damnit_ctx")
names = [n for n in sys.modules if n.startswith("damnit_") and not n.startswith(allowed)]
print(names)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['damnit_daemon']"
