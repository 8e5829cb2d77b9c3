"""Modules under DAMNIT's names, made of ours: context files may import from those.

DAMNIT's own take `damnit_ctx` for theirs and fail beside ours; where DAMNIT is not installed
there are none. `from damnit.context import Variable` works in both cases. The rest of the
package `damnit`, its Python API above all, stays as it is installed.
"""

from __future__ import annotations

import enum
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import damnit_ctx
from damnit_ctx import Cell

from . import file_format, thumbnail
from .context import Context
from .dependency_errors import DependencyError
from .encode import Computed
from .evaluate import describe
from .fragment import FragmentEntry, FragmentWriter
from .pipeline import Pipeline

MODULES = {"damnit.context", "damnit_writing", "damnit_exceptions", "ctxrunner"}
"""What there is under each of these names is the same."""
PACKAGE, SUPPORT = "damnit", "damnit.ctxsupport"


def provide() -> None:
    """Let imports of these modules find ours, also where DAMNIT is installed."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
        sys.meta_path.append(LastFinder())


class Finder(MetaPathFinder):
    """Finds the modules of ours."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - wherever it may lie
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Find one by its name."""
        is_package = fullname == SUPPORT
        if is_package or fullname in MODULES or fullname.startswith(f"{SUPPORT}."):
            return ModuleSpec(fullname, _Loader(), origin=__file__, is_package=is_package)
        return None


class LastFinder(MetaPathFinder):
    """Finds the package `damnit` where it is not installed."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Find it by its name."""
        if fullname != PACKAGE:
            return None
        return ModuleSpec(PACKAGE, _Loader(), origin=__file__, is_package=True)


class _Loader(Loader):
    def exec_module(self, module: ModuleType) -> None:
        """Give a module its contents, each looked up when it is asked for."""
        if module.__name__ == PACKAGE:
            contents: list[str] = []
        else:
            contents = [*damnit_ctx.__all__, *_OWN]
        module.__dict__["__all__"] = contents
        module.__dict__["__getattr__"] = lambda name: _look_up(module.__name__, name, contents)


def _look_up(module: str, name: str, contents: Sequence[str]) -> Any:
    if name in contents:
        return _OWN[name] if name in _OWN else getattr(damnit_ctx, name)
    if name.startswith("__") or (module == PACKAGE and f"{PACKAGE}.{name}" in MODULES):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    if module == PACKAGE:
        raise ImportError(f"{sys.executable} has no DAMNIT, which has {name}; ours has it not")
    raise AttributeError(f"module {module!r} has no attribute {name!r} here; see damnit_ctx")


class PNGData:
    """A picture as the bytes of a PNG file."""

    def __init__(self, data: bytes) -> None:
        self.data = data


class DataType(enum.Enum):
    """How a stored object is marked that is more than HDF5 can say."""

    DataArray = file_format.DATAARRAY
    DataFrame = file_format.DATAFRAME
    Dataset = file_format.DATASET
    Image = file_format.IMAGE
    PlotlyFigure = file_format.PLOTLY
    Series = file_format.SERIES
    Timestamp = "timestamp"


class ContextFile:
    """Reads a context file; `Pipeline` evaluates it."""

    @staticmethod
    def from_py_file(path: str | Path) -> Context:
        """Read a file."""
        return Pipeline.from_context_file(path).context

    @staticmethod
    def from_str(code: str, path: str | Path = "<string>") -> Context:
        """Read a text."""
        return Pipeline.from_str(code, path=path).context


def generate_thumbnail(image: Any) -> PNGData:
    """Draw a 2-D array in false colours, 300 x 300 pixels."""
    return PNGData(thumbnail.array_thumbnail(image))


def get_proposal_path(run: Any) -> Path | str:
    """The folder of an open run's proposal; an empty text if it has no files."""
    try:
        return Path(run.files[0].filename).parents[2]
    except (AttributeError, IndexError, TypeError):
        return ""


@contextmanager
def add_to_h5_file(path: str | Path) -> Iterator[Any]:
    """Open an HDF5 file for writing, after up to a minute of waiting where others have it."""
    import h5py

    until_s = time.monotonic() + 60
    while True:
        try:
            file = h5py.File(path, "a")
            break
        except BlockingIOError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.5)
    with file:
        yield file


def save_fragment(
    damnit_dir: str | Path,
    proposal: int,
    run: int,
    vars: Mapping[str, Cell],
    errors: Mapping[str, BaseException],
    provenance: str = "",
) -> Path:
    """Hand results to a DAMNIT folder, in one piece; its daemon takes them from there.

    Raises:
        CannotBeStored: If one of them cannot; nothing is left then.
        OSError: If the file cannot be written.
    """
    cells, computed = dict(vars), Computed(time.time(), None, "")
    start = cells.pop(file_format.START_TIME, None)
    entries = [FragmentEntry(name, computed, cell) for name, cell in cells.items()]
    for name, error in errors.items():
        text, kind = describe(error, None)
        entries.append(FragmentEntry(name, computed, message=text, error_class=kind))
    writer = FragmentWriter(Path(damnit_dir), proposal, run, provenance=provenance)
    return writer.write_together(entries, None if start is None else float(start.data), computed)


_OWN: dict[str, Any] = {
    each.__name__: each
    for each in (
        ContextFile,
        DataType,
        DependencyError,
        PNGData,
        add_to_h5_file,
        generate_thumbnail,
        get_proposal_path,
        save_fragment,
    )
}
"""What there is besides `damnit_ctx`."""
