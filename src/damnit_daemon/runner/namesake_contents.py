"""DAMNIT names missing from `damnit_ctx`: context files, pipelines, pictures, fragments."""

from __future__ import annotations

import enum
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import file_format, thumbnail
from .cell import Cell
from .context import Context
from .dependency_errors import DependencyError
from .encode import Computed
from .evaluate import describe
from .fragment import FragmentEntry, FragmentWriter
from .pipeline import Pipeline


class PNGData:
    """A picture as the bytes of a PNG file."""

    def __init__(self, data: bytes) -> None:
        self.data = data


class DataType(enum.Enum):
    """Type labels of stored objects that HDF5 alone cannot describe."""

    DataArray = file_format.DATAARRAY
    DataFrame = file_format.DATAFRAME
    Dataset = file_format.DATASET
    Image = file_format.IMAGE
    PlotlyFigure = file_format.PLOTLY
    Series = file_format.SERIES
    Timestamp = "timestamp"


class ContextFile:
    """Reads context files; `Pipeline` evaluates them."""

    @staticmethod
    def from_py_file(path: str | Path) -> Context:
        """Read a file."""
        return Pipeline.from_context_file(path).context

    @staticmethod
    def from_str(code: str, path: str | Path = "<string>") -> Context:
        """Read the text of a context file."""
        return Pipeline.from_str(code, path=path).context


def generate_thumbnail(image: Any) -> PNGData:
    """Draw a 2-D array in false colours, 300 x 300 pixels."""
    return PNGData(thumbnail.array_thumbnail(image))


def get_proposal_path(run: Any) -> Path | str:
    """Return the proposal folder of an open run; an empty text if the run has no files."""
    try:
        return Path(run.files[0].filename).parents[2]
    except (AttributeError, IndexError, TypeError):
        return ""


@contextmanager
def add_to_h5_file(path: str | Path) -> Iterator[Any]:
    """Open an HDF5 file for writing; wait up to a minute while it is open elsewhere."""
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
    """Save results atomically to a DAMNIT folder, for its daemon to pick up.

    Raises:
        CannotBeStored: If one of them cannot be stored; no file is left.
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


OWN: dict[str, Any] = {
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
"""Objects by name; `namesakes` exposes them together with those of `damnit_ctx`."""
