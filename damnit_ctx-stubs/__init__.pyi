"""Types of `damnit_ctx`: a single module cannot have a `py.typed` of its own."""

from collections.abc import Callable, Iterable
from typing import TypeVar, overload

from typing_extensions import dataclass_transform

from damnit_daemon.runner.cell import Cell as Cell
from damnit_daemon.runner.parameter import Parameter as Parameter
from damnit_daemon.runner.pipeline import ContextFileErrors as ContextFileErrors
from damnit_daemon.runner.pipeline import Pipeline as Pipeline
from damnit_daemon.runner.progress import progress as progress
from damnit_daemon.runner.results import Results as Results
from damnit_daemon.runner.variable import GroupError as GroupError
from damnit_daemon.runner.variable import RunData as RunData
from damnit_daemon.runner.variable import Skip as Skip
from damnit_daemon.runner.variable import Variable as Variable

_Class = TypeVar("_Class", bound=type)

@overload
@dataclass_transform(kw_only_default=True, eq_default=False)
def Group(cls: _Class, *, tags: str | Iterable[str] | None = ...) -> _Class: ...
@overload
@dataclass_transform(kw_only_default=True, eq_default=False)
def Group(
    cls: None = ..., *, tags: str | Iterable[str] | None = ...
) -> Callable[[_Class], _Class]: ...
