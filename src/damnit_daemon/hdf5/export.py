"""Export the current view to a file: NPY, CSV, text, JSON or a picture.

Arrays are written while they are read, by slices, as they may be larger than memory. Pictures
are rendered by Matplotlib in a separate process, so that no other process has to import it.
"""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..atomic_write import unfinished_file
from ..errors import DamnitError
from ..model import RunKey
from ..model.sanitize import no_formula
from ..model.view import Figure, TextContent, ViewData, ViewRequest
from ..paths import DamnitFolder
from ..render_process import draw_picture
from ..runner import file_format
from . import layout, netcdf
from .array_reader import ArrayReader
from .decode import read_dataset
from .errors import NoSuchData, ResultsMissing
from .locate import places_of
from .read_view import load_view
from .reader import ResultsFile

ENDINGS = (".png", ".csv", ".npy", ".txt", ".json", ".html")
PICTURE_SIZE = (1600, 1200)
"""Columns and rows that data is reduced to for a picture."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MOST_CSV = 50_000_000


class SaveFailed(DamnitError):  # noqa: N818 – the name says what is wrong
    """Raised when the data cannot be written in that format."""


def save_data(
    folder: DamnitFolder, key: RunKey, name: str, view: ViewRequest, path: Path, **look_of: Any
) -> None:
    """Write a variable of a run to a file, in the format given by its suffix.

    Args:
        folder: The DAMNIT folder.
        key: Run of the variable.
        name: Variable name.
        view: Part to export; NPY takes the whole array, CSV all of what is plotted.
        path: Target; an existing file is replaced once the new one is complete.
        **look_of: For a picture: `title`, `units`, `colour_map`, `range`, `is_log`.

    Raises:
        SaveFailed: If this kind of data cannot be written in that format, or to that path.
        ResultsError: If the data cannot be read.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise SaveFailed(f"Unknown file extension {ending!r}.", hint=known)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise SaveFailed(
            f"{path.parent} cannot be written to: the folder is missing or not writable."
        )
    with _beside(path) as unfinished:
        if ending == ".png":
            _print_picture(folder, key, name, view, unfinished, look_of)
            return
        _in_first(folder, key, name, lambda place: _write(place, name, view, ending, unfinished))


def _in_first(folder: DamnitFolder, key: RunKey, name: str, write: Callable[[Path], None]) -> None:
    problem: DamnitError | None = None
    for place in places_of(folder, key):
        try:
            write(place)
        except (NoSuchData, ResultsMissing) as error:
            problem = error
        else:
            return
    raise problem or SaveFailed(f"There is no data of {name}.")


def _write(place: Path, name: str, view: ViewRequest, ending: str, path: Path) -> None:
    with ResultsFile(place) as results, results.translated(name), _attributed_to(path):
        found, mark = _find(results, name, view)
        if ending == ".npy":
            _write_npy(found, path)
        elif ending == ".csv":
            _write_csv(found, view, path)
        else:
            content = _last(load_view(place, name, view)).content
            if isinstance(content, Figure):
                path.write_text(_page(content.json_text, name, ending))
            elif isinstance(content, TextContent) and ending == ".txt":
                text = read_dataset(found) if not found.shape and not mark else None
                path.write_text(text if isinstance(text, str) else "\n".join(content.lines) + "\n")
            else:
                raise SaveFailed(f"{name} cannot be saved as {ending}: use .npy, .csv or .png.")


def _find(results: ResultsFile, name: str, view: ViewRequest) -> tuple[h5py.Dataset, str | None]:
    """Return the dataset to be shown, and DAMNIT's object type."""
    preview = results.found(name, preview=True) if view.preview is not False else None
    found = preview if preview is not None else results.found(name)
    if found is None:
        raise NoSuchData(results.path, name, "data")
    mark = layout.object_type(found)
    if isinstance(found, h5py.Group) and mark in (file_format.DATAARRAY, file_format.DATASET):
        variables = netcdf.data_variables(found)
        if not variables:
            raise SaveFailed("It holds no variables.")
        member = view.member if view.member in variables else next(iter(variables))
        found, mark = variables[member], None
    elif isinstance(found, h5py.Group):
        found = layout.child(found, "data")
    if not isinstance(found, h5py.Dataset):
        raise SaveFailed("Its layout was not written by DAMNIT.")
    layout.refuse_strange(found)
    return found, mark


def _write_npy(dataset: h5py.Dataset, path: Path) -> None:
    if dataset.dtype.hasobject or dataset.dtype.kind not in "iufcbSV" or dataset.shape is None:
        raise SaveFailed("NPY files hold only numbers: use .txt or .csv.")
    if not dataset.shape or not dataset.size:
        with path.open("wb") as file:
            np.save(file, np.asarray(dataset[()]), allow_pickle=False)
        return
    header = {
        "descr": np.lib.format.dtype_to_descr(dataset.dtype),
        "fortran_order": False,
        "shape": tuple(dataset.shape),
    }
    row = max(1, dataset.size // dataset.shape[0])
    # No memory mapping: on a full disk it would kill the program (SIGBUS).
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for part in ArrayReader(dataset).blocks(0, 0, dataset.shape[0], across=row):
            file.write(np.ascontiguousarray(dataset[part]).data)


def _write_csv(dataset: h5py.Dataset, view: ViewRequest, path: Path) -> None:
    if dataset.dtype.kind not in "iufcb" or not dataset.shape:
        raise SaveFailed("CSV files hold only arrays of numbers: use .txt.")
    axes = [d for d in view.axes if d < dataset.ndim] or list(range(dataset.ndim))[-2:]
    if np.prod([dataset.shape[d] for d in axes]) > MOST_CSV:
        raise SaveFailed(f"More than {MOST_CSV:,} numbers are too many for text: use .npy.")
    at: list[int | slice] = [
        min(view.at[d], n - 1) if d < len(view.at) else (n - 1) // 2
        for d, n in enumerate(dataset.shape)
    ]
    source = ArrayReader(dataset)
    first = source.coordinate(axes[0])
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        if len(axes) == 1:
            writer.writerow([no_formula(first.name or "index"), "value"])
        across = dataset.shape[axes[1]] if len(axes) > 1 else 1
        for part in source.blocks(axes[0], 0, dataset.shape[axes[0]], across=across):
            at[axes[0]] = part
            for other in axes[1:]:
                at[other] = slice(None)
            is_complex = dataset.dtype.kind == "c"
            block = dataset[tuple(at)] if is_complex else source.read(tuple(at))
            if len(axes) > 1:
                writer.writerows(block if axes[0] < axes[1] else block.T)
            elif first.is_numeric:
                writer.writerows(zip(first.numbers(part.start, part.stop), block, strict=True))
            else:
                names = first.names(range(part.start, part.stop))
                places = [no_formula(n) for _, n in names] or range(part.start, part.stop)
                writer.writerows(zip(places, block, strict=True))


def _page(json_text: str, name: str, ending: str) -> str:
    if ending == ".json":
        return json_text
    if ending != ".html":
        raise SaveFailed("Save a Plotly figure as .html or .json.")
    # No text inside a script may look like its end.
    safe = (
        json_text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )
    heading = name.replace("&", "&amp;").replace("<", "&lt;")
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{heading}</title>
<script src="https://cdn.plot.ly/plotly-3.0.1.min.js" charset="utf-8"></script></head>
<body><div id="figure" style="height:95vh"></div>
<script>const figure = {safe};
Plotly.newPlot("figure", figure.data, figure.layout, {{responsive: true}});</script>
</body></html>
"""


def _print_picture(
    folder: DamnitFolder,
    key: RunKey,
    name: str,
    view: ViewRequest,
    path: Path,
    look_of: dict[str, Any],
) -> None:
    job = {
        "folder": str(folder.path.absolute()), "key": list(key), "name": name,
        "view": asdict(view), "path": str(path.absolute()), **look_of,
    }  # fmt: skip
    try:
        draw_picture(job)
    except DamnitError as error:
        raise SaveFailed(error.message, hint=error.hint) from None


def _last(answers: Iterator[ViewData]) -> ViewData:
    *_, found = answers
    return found


@contextmanager
def _attributed_to(path: Path) -> Iterator[None]:
    """Distinguish a file that cannot be written from one that cannot be read."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise SaveFailed(f"{path.parent} is full.") from error


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Yield a temporary name next to the file; it is renamed once complete."""
    try:
        with unfinished_file(path) as unfinished:
            yield unfinished
            unfinished.replace(path)
    except OSError as error:
        raise SaveFailed(f"{path} cannot be written: {error.strerror or error}.") from error
