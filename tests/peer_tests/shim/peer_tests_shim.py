"""DAMNIT's internal names, as imported by its tests, on top of our modules."""

from __future__ import annotations

import contextvars
import logging
import sys
import textwrap
import types
from graphlib import CycleError
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any
from unittest.mock import MagicMock

import damnit_ctx
from damnit_daemon.runner import namesake_contents, namesakes, pipeline, summary, thumbnail
from damnit_daemon.runner.collect import gather
from damnit_daemon.runner.group_names import name_globals, variables_of
from damnit_daemon.runner.variable import GroupVariable, is_group


class ContextFile:
    """What their tests ask of a context file."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline

    @property
    def vars(self) -> dict[str, Any]:
        return self.pipeline.vars

    def ordered_vars(self) -> tuple[str, ...]:
        return tuple(self.pipeline.context.graph.order)

    def direct_dependencies(self, variable: Any) -> set[str]:
        return set(self.pipeline.context.graph.direct[variable.name])

    def all_dependencies(self, *variables: Any) -> set[str]:
        graph = self.pipeline.context.graph
        return graph.closure(n for v in variables for n in graph.direct[v.name])

    def check(self) -> None:
        self.pipeline.context

    def filter(self, run_data: Any = None, cluster: Any = None, name_matches=(), variables=()):
        chosen = self.pipeline.select(
            run_data=run_data, cluster=cluster, match=name_matches, variables=variables
        )
        return ContextFile(chosen)

    def vars_to_dict(self, inc_transient: bool = False) -> dict[str, Any]:
        return self.pipeline.vars_to_dict(inc_transient)

    def execute(self, run: Any, run_number: int, proposal: int, params: Any, **_: Any) -> Any:
        ready = self.pipeline.with_context(data=run, run_number=run_number, proposal=proposal)
        return ready.execute(param_values=params)


def mkcontext(code: str) -> ContextFile:
    """Read a text; what is wrong with it is raised in their classes."""
    try:
        return ContextFile(damnit_ctx.Pipeline.from_str(textwrap.dedent(code)))
    except damnit_ctx.ContextFileErrors as errors:
        text = str(errors)
        if "cyclical dependencies" in text:
            raise CycleError(text) from errors
        if "roup" in text:
            raise damnit_ctx.GroupError(text) from errors
        if "Missing dependency" in text:
            raise KeyError(text) from errors
        raise (errors.__cause__ or errors) from errors


def arg_dependencies(variable: Any, prefix: str = "var#") -> dict[str, str]:
    """Which parameters get other variables."""
    source = prefix.rstrip("#")
    return {a.parameter: a.path for a in variable.arguments() if a.source == source}


def expand_groups(groups: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    """Name groups, and add their variables."""
    found = variables_of(name_globals({**variables, **groups}))
    return gather([("", v) for v in [*variables.values(), *found]])


def get_summary(cell: Any, log_name: str = "") -> Any:
    """The table's value of a cell."""
    value = summary.summarise(cell, cell.summary).value
    return namesake_contents.PNGData(value) if isinstance(value, bytes) else value


class Absent(Loader, MetaPathFinder):
    """Finds what their tests import of their window, database and broker; nothing works there."""

    NAMES = ("PyQt6", "damnit.backend", "damnit.cli", "damnit.gui", "nafka", "testpath")

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if any(fullname == name or fullname.startswith(f"{name}.") for name in self.NAMES):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        vars(module)["__getattr__"] = lambda name: MagicMock(name=name)


def as_theirs() -> None:
    """Let their tests import ours."""
    namesakes.provide()
    sys.meta_path.insert(0, Absent())
    damnit_ctx.Variable.arg_dependencies = arg_dependencies  # type: ignore[attr-defined]
    damnit_ctx.Cell.get_summary = get_summary  # type: ignore[attr-defined]
    pipeline.LOG = logging.getLogger("ctxrunner")
    more = {
        "GroupBoundVariable": GroupVariable,
        "is_group_instance": is_group,
        "_DEFAULT_PIPELINE_STATE": contextvars.ContextVar("state", default=None),
        "THUMBNAIL_SIZE": thumbnail.SIZE_PX,
        "add_to_h5_file": namesake_contents.add_to_h5_file,
        "expand_groups": expand_groups,
        "mkcontext": mkcontext,
        **dict.fromkeys(("amore_proto", "extract_mock_run", "reduced_data_from_dict"), MagicMock()),
    }
    vars(damnit_ctx).update(more)
    for name in ("damnit.ctxsupport.ctxrunner", "damnit.ctxsupport.damnit_ctx", "helpers"):
        module = types.ModuleType(name)
        vars(module).update({n: getattr(damnit_ctx, n) for n in damnit_ctx.__all__} | more)
        sys.modules[name] = module
