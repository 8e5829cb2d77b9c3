"""The API of context files: declare variables and groups of them, return cells, skip runs.

    from damnit_ctx import Cell, Skip, Variable

    @Variable(title="XGM/Intensity", units="uJ", summary="mean")
    def xgm(run):
        '''Pulse energy, mean of each train.'''
        return run["SA2_XTD1_XGM/XGM/DOOCS", "pulseEnergy.photonFlux"].xarray()

    @Variable(title="XGM/Weak", data="proc")
    def weak(run, energy: "var#xgm", run_number: "meta#run_number"):
        if run_number < 10:
            raise Skip("the beamline was not aligned yet")
        return Cell(bool(energy.mean() < 500), bold=True)

Names and meanings are DAMNIT's, so that a context file works with both.
It runs in the user's Python: 3.10 or later, with the standard library only (numpy when a `Cell`
is made). Declaring evaluates nothing; `Pipeline` evaluates, and is imported on first use, as
`progress` is.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

try:
    from damnit_daemon.runner.cell import Cell
    from damnit_daemon.runner.group import Group
    from damnit_daemon.runner.parameter import Parameter
    from damnit_daemon.runner.variable import GroupError, RunData, Skip, Variable
except ModuleNotFoundError as error:
    if error.name is None or not error.name.startswith("damnit_daemon"):
        raise
    raise ImportError(
        f"The package damnit_daemon is not next to {__file__}. Install damnit-tui, or put the "
        "archive .damnit/runner-*.zip of a DAMNIT folder on the search path"
    ) from error

if TYPE_CHECKING:
    from damnit_daemon.runner.pipeline import ContextFileErrors, Pipeline
    from damnit_daemon.runner.progress import progress
    from damnit_daemon.runner.results import Results

__all__ = [
    "Cell",
    "ContextFileErrors",
    "Group",
    "GroupError",
    "Parameter",
    "Pipeline",
    "Results",
    "RunData",
    "Skip",
    "Variable",
    "progress",
]

_ON_FIRST_USE = {
    "ContextFileErrors": "pipeline",
    "Pipeline": "pipeline",
    "Results": "results",
    "progress": "progress",
}


def __dir__() -> list[str]:
    return list(__all__)


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"damnit_daemon.runner.{_ON_FIRST_USE[name]}"), name)
