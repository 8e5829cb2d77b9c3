"""Write fragments: one HDF5 file with what one variable gave, in DAMNIT's layout.

A fragment is written under a temporary name and renamed when it is complete and
on disk, so that whoever sees a `.ready.h5` sees all of it.
"""

from __future__ import annotations

import importlib.util
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from damnit_ctx import Cell

from . import layout
from .netcdf import as_dataset, as_frame, write_dataset
from .read_back import survives
from .summary import Summary, is_a, max_diff
from .thumbnail import figure_pixels

if TYPE_CHECKING:
    import h5py


@dataclass(frozen=True)
class Computed:
    """How a value came to be; kept with it."""

    computed_at: float
    """Unix seconds UTC."""
    duration_s: float
    context_hash: str


class FragmentWriter:
    """Writes the fragments of one run into a DAMNIT folder.

    Attributes:
        folder: That folder.
    """

    def __init__(self, folder: Path, proposal: int, run: int) -> None:
        self.folder = folder
        self._folder = folder / layout.EXTRACTED_DATA
        self._prefix = layout.fragment_prefix(proposal, run)

    def write_start_time(self, start_time: float, computed: Computed) -> Path:
        """Announce a run: a fragment that holds nothing but when it began."""
        import numpy as np

        name = layout.START_TIME
        with self._fragment() as path, _open_new(path) as file:
            file.create_dataset(f"{name}/data", data=np.float64(start_time))
            reduced = file.create_dataset(f"{layout.REDUCED}/{name}", data=np.float64(start_time))
            _write_computed(reduced, computed)
        return _ready_name(path)

    def write_cell(self, name: str, cell: Cell, summary: Summary, computed: Computed) -> Path:
        """Save a cell; whatever HDF5 or xarray cannot hold is raised, and nothing is left."""
        with self._fragment() as path:
            for group, value in ((name, cell.data), (f"{layout.PREVIEW}/{name}", cell.preview)):
                if _netcdf_kind(value):
                    write_dataset(path, group, as_dataset(value))
            with _open_new(path) as file:
                if cell.data is not None:
                    _write_value(file, name, f"{name}/data", cell.data)
                if cell.preview is not None:
                    place = f"{layout.PREVIEW}/{name}"
                    _write_value(file, place, place, cell.preview)
                _write_summary(file, name, cell, summary, computed)
        return _ready_name(path)

    def write_error(self, name: str, message: str, error_class: str, computed: Computed) -> Path:
        """Save why a variable has no value."""
        import h5py

        with self._fragment() as path, _open_new(path) as file:
            dataset = file.create_dataset(
                f"{layout.ERRORS}/{name}", data=storable_text(message), dtype=h5py.string_dtype()
            )
            dataset.attrs["type"] = error_class
            _write_computed(dataset, computed)
        return _ready_name(path)

    def _make_folder(self) -> None:
        """Make it as open as the DAMNIT folder is, for the people who share that."""
        try:
            self._folder.mkdir()
        except FileExistsError:
            return
        self._folder.chmod(self._folder.parent.stat().st_mode & 0o7777)

    @contextmanager
    def _fragment(self) -> Iterator[Path]:
        """A temporary file that becomes a fragment if all goes well, and vanishes if not."""
        self._make_folder()
        descriptor, name = tempfile.mkstemp(
            prefix=self._prefix, suffix=layout.WRITING_SUFFIX, dir=self._folder
        )
        path = Path(name)
        try:
            # As open as the folder is, which the people who share it chose.
            os.fchmod(descriptor, self._folder.stat().st_mode & 0o666)
            yield path
            os.fsync(descriptor)
            path.rename(_ready_name(path))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)


def storable_text(text: str) -> str:
    """Text as HDF5 can hold it: no NUL, no lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def _ready_name(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(layout.WRITING_SUFFIX) + layout.READY_SUFFIX)


@contextmanager
def _open_new(path: Path) -> Iterator[h5py.File]:
    """The fragment, with what each one has."""
    import h5py

    with h5py.File(path, "a" if path.stat().st_size else "w") as file:
        file.attrs[layout.PROVENANCE] = layout.CONTEXT_PROVENANCE
        for group in (layout.REDUCED, layout.PREVIEW, layout.ERRORS):
            file.require_group(group)
        yield file


def _write_value(file: h5py.File, place: str, dataset: str, value: Any) -> None:
    """Write data or a preview.

    Args:
        file: The fragment.
        place: Where the type of the object is noted.
        dataset: Where the numbers go; xarray objects are there already.
        value: What a `Cell` may hold.
    """
    import h5py
    import numpy as np

    kind = _netcdf_kind(value)
    if kind is not None:
        pass
    elif is_a(value, "pandas", "Series") or is_a(value, "pandas", "DataFrame"):
        kind = layout.SERIES if value.ndim == 1 else layout.DATAFRAME
        file.create_dataset(dataset, data=_parquet(value))
    elif is_a(value, "matplotlib.figure", "Figure"):
        kind = layout.IMAGE
        file.create_dataset(dataset, data=figure_pixels(value))
    elif is_a(value, "plotly.basedatatypes", "BaseFigure"):
        kind = layout.PLOTLY
        file.create_dataset(dataset, data=np.frombuffer(value.to_json().encode(), dtype=np.uint8))
    elif isinstance(value, str):
        file.create_dataset(dataset, data=storable_text(value), dtype=h5py.string_dtype())
    else:
        file.create_dataset(dataset, data=value)
    if kind is not None:
        file[place].attrs[layout.OBJECT_TYPE] = kind


def _netcdf_kind(value: Any) -> str | None:
    """What it is called as a netCDF group; None if it is stored otherwise."""
    if is_a(value, "xarray", "DataArray"):
        return layout.DATAARRAY
    if is_a(value, "xarray", "Dataset"):
        return layout.DATASET
    is_table = is_a(value, "pandas", "Series") or is_a(value, "pandas", "DataFrame")
    return layout.DATASET if is_table and not _has_parquet() else None


def _has_parquet() -> bool:
    """Whether the user's Python can write tables as DAMNIT does."""
    return importlib.util.find_spec("pyarrow") is not None


def _parquet(table: Any) -> Any:
    """The bytes of a Parquet file, uint8; a Series is a table of one column."""
    import numpy as np

    buffer = io.BytesIO()
    as_frame(table).to_parquet(buffer)
    return np.frombuffer(buffer.getvalue(), dtype=np.uint8)


def _write_summary(
    file: h5py.File, name: str, cell: Cell, summary: Summary, computed: Computed
) -> None:
    import h5py
    import numpy as np

    if summary.value is None:
        return
    place, value = f"{layout.REDUCED}/{name}", summary.value
    if isinstance(value, str):
        text = storable_text(value)
        reduced = file.create_dataset(place, data=text, dtype=h5py.string_dtype())
    elif isinstance(value, bytes) and not isinstance(value, np.bytes_):
        reduced = file.create_dataset(place, data=np.frombuffer(value, dtype=np.uint8))
    else:
        reduced = file.create_dataset(place, data=value)
    attributes = {
        "summary_method": summary.method,
        "summary_type": summary.summary_type,
        "max_diff": max_diff(cell.data),
        "bold": cell.bold,
        "background": None if cell.background is None else np.array(cell.background, np.uint8),
        "units": cell.units and storable_text(cell.units),
        "note": summary.note and storable_text(summary.note),
        layout.COMES_BACK_AS: type(cell.data).__name__ if survives(cell.data) else None,
    }
    for key, attribute in attributes.items():
        if attribute is not None:
            reduced.attrs[key] = attribute
    _write_computed(reduced, computed)


def _write_computed(dataset: h5py.Dataset, computed: Computed) -> None:
    import numpy as np

    dataset.attrs[layout.COMPUTED_AT] = np.float64(computed.computed_at)
    dataset.attrs[layout.DURATION_S] = np.float64(computed.duration_s)
    dataset.attrs[layout.CONTEXT_HASH] = computed.context_hash
