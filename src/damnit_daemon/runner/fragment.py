"""Write fragments: HDF5 files with the result of one variable, in DAMNIT's layout.

A fragment is written under a temporary name and renamed once it is complete and
on disk, so that any `.ready.h5` file is complete.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import file_format
from .cell import Cell
from .checksum import note_checksums
from .encode import (
    Computed,
    Prepared,
    prepare,
    write_cell,
    write_computed,
    write_error,
    write_netcdf,
)
from .parameter import Plain
from .staged_file import NotWritten, memory_file, write_checked
from .temp_names import writing_suffix

if TYPE_CHECKING:
    import h5py


@dataclass(frozen=True)
class FragmentEntry:
    """The content of a fragment for one variable: a cell, or its error."""

    name: str
    computed: Computed
    cell: Cell | None = None
    message: str = ""
    error_class: str = ""


@dataclass(frozen=True)
class UnfinishedFragment:
    """A fragment being written: its temporary file, and its final path."""

    path: Path
    ready: Path


class CannotBeStored(Exception):  # noqa: N818 - the message says it
    """HDF5 or xarray cannot store a value.

    Attributes:
        name: Its variable.
        cause: The error of HDF5 or xarray.
    """

    def __init__(self, name: str, cause: Exception) -> None:
        super().__init__(f"{name} cannot be stored: {type(cause).__name__}: {cause}")
        self.name = name
        self.cause = cause


class FragmentWriter:
    """Writes the fragments of one run into a DAMNIT folder.

    Attributes:
        folder: The folder.
        provenance: The origin of the values.
    """

    def __init__(
        self,
        folder: Path,
        proposal: int,
        run: int,
        *,
        provenance: str = file_format.CONTEXT_PROVENANCE,
    ) -> None:
        self.folder = folder
        self.provenance = provenance
        self._folder = folder / file_format.EXTRACTED_DATA
        self._prefix = file_format.fragment_prefix(proposal, run)

    def write_start_time(
        self, start_time: float, computed: Computed, parameters: Mapping[str, Plain]
    ) -> Path:
        """Announce a run by a fragment with its start time and the values of parameters."""
        return self.write_together([], start_time, computed, parameters)

    def write_cell(self, name: str, cell: Cell, computed: Computed) -> Path:
        """Save a cell; errors of HDF5 and xarray are raised, and no file is left."""
        prepared = prepare(cell)
        with self._fragment(_bytes_of(cell)) as draft:
            write_netcdf(draft.path, name, prepared)
            with self._open_new(draft.path) as file:
                write_cell(file, name, prepared, computed)
        return draft.ready

    def write_error(self, name: str, message: str, error_class: str, computed: Computed) -> Path:
        """Save the error of a variable without a value."""
        with self._fragment() as draft, self._open_new(draft.path) as file:
            write_error(file, name, message, error_class, computed)
        return draft.ready

    def write_together(
        self,
        entries: Sequence[FragmentEntry],
        start_time: float | None,
        computed: Computed | None = None,
        parameters: Mapping[str, Plain] | None = None,
    ) -> Path:
        """Save several results atomically in one fragment.

        Args:
            entries: The results.
            start_time: Start of the run, Unix seconds UTC; None to omit.
            computed: Provenance of the start time; by default now.
            parameters: Values of all parameters.

        Raises:
            CannotBeStored: If one of them cannot be stored; no file is left.
            OSError: If the file cannot be written.
        """
        import numpy as np

        prepared: dict[str, Prepared] = {}
        size = sum(_bytes_of(entry.cell) for entry in entries if entry.cell is not None)
        with self._fragment(size) as draft:
            for entry in entries:
                if entry.cell is not None:
                    with _named(entry.name):
                        prepared[entry.name] = prepare(entry.cell)
                        write_netcdf(draft.path, entry.name, prepared[entry.name])
            with self._open_new(draft.path) as file:
                for entry in entries:
                    with _named(entry.name):
                        _write_entry(file, entry, prepared.get(entry.name))
                if start_time is not None:
                    value = np.float64(start_time)
                    file.create_dataset(f"{file_format.START_TIME}/data", data=value)
                    place = f"{file_format.REDUCED}/{file_format.START_TIME}"
                    reduced = file.create_dataset(place, data=value)
                    write_computed(reduced, computed or Computed(time.time(), 0.0, ""))
                for name, plain in (parameters or {}).items():
                    stored = file.create_dataset(f"{file_format.PARAMETERS}/{name}", data=plain)
                    now = time.time() if computed is None else computed.computed_at
                    stored.attrs[file_format.COMPUTED_AT_ON_DATA] = np.float64(now)
        return draft.ready

    @contextmanager
    def _open_new(self, path: Path) -> Iterator[h5py.File]:
        """Open the fragment, with the common attributes."""
        import h5py

        with h5py.File(path, "a" if path.stat().st_size else "w") as file:
            file.attrs[file_format.PROVENANCE] = self.provenance
            for group in (file_format.REDUCED, file_format.PREVIEW, file_format.ERRORS):
                file.require_group(group)
            yield file
            for name in _names_in(file):
                note_checksums(file, name)
            file.flush()  # raises errors that closing would hide

    def _make_folder(self) -> None:
        """Create the folder with the permissions of the DAMNIT folder, for those who share it."""
        try:
            self._folder.mkdir()
        except FileExistsError:
            return
        self._folder.chmod(self._folder.parent.stat().st_mode & 0o7777)

    @contextmanager
    def _fragment(self, size: int = 0) -> Iterator[UnfinishedFragment]:
        """Yield a draft that becomes a fragment on success, and is removed on failure.

        It is built in memory and then written with checks, if there is room: large writes
        of a large file go to the disk at once, and HDF5 reports their errors.

        Args:
            size: Expected size in bytes, as far as known.
        """
        with memory_file(size) as staged, self._unfinished() as (descriptor, unfinished):
            draft = UnfinishedFragment(staged or unfinished, _ready_name(unfinished))
            yield draft
            if staged is not None:
                write_checked(staged, unfinished)
            try:
                os.fsync(descriptor)
                unfinished.rename(draft.ready)
            except OSError as error:
                raise NotWritten(error.errno, error.strerror or str(error)) from error

    @contextmanager
    def _unfinished(self) -> Iterator[tuple[int, Path]]:
        """Open a new file under a temporary name; remove it if the block raises."""
        try:
            self._make_folder()
            descriptor, name = tempfile.mkstemp(
                prefix=self._prefix, suffix=writing_suffix(), dir=self._folder
            )
        except OSError as error:
            raise NotWritten(error.errno, error.strerror or str(error)) from error
        path = Path(name)
        try:
            # With the permissions of the folder, as chosen by those who share it.
            os.fchmod(descriptor, self._folder.stat().st_mode & 0o666)
            yield descriptor, path
        except BaseException:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)


def _names_in(file: h5py.File) -> set[str]:
    parts = (file_format.REDUCED, file_format.PREVIEW, file_format.ERRORS)
    names = {name for name in file if not name.startswith(".")}
    return names.union(*(file[part] for part in parts))


def _bytes_of(cell: Cell) -> int:
    return sum(int(getattr(value, "nbytes", 0) or 0) for value in (cell.data, cell.preview))


def _ready_name(path: Path) -> Path:
    return path.with_name(
        path.name.removesuffix(file_format.WRITING_SUFFIX) + file_format.READY_SUFFIX
    )


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Add the variable's name to storage errors."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:  # caused by the disk, not the value
            raise
        raise CannotBeStored(name, error) from error
    except Exception as error:
        raise CannotBeStored(name, error) from error


def _write_entry(file: h5py.File, entry: FragmentEntry, prepared: Prepared | None) -> None:
    if prepared is None:
        write_error(file, entry.name, entry.message, entry.error_class, entry.computed)
    else:
        write_cell(file, entry.name, prepared, entry.computed)
