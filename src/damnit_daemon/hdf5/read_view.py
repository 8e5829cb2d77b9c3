"""Read the view of one variable of one run: a description, and data reduced to screen size.

The file is opened for one view and closed again: DAMNIT's combiner edits these files
in place, and an open file blocks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py

from ..model.view import (
    About,
    Content,
    Curve,
    Figure,
    How,
    NotDrawable,
    ReducedImage,
    ViewData,
    ViewRequest,
)
from ..runner import file_format
from ..runner.netcdf_types import GENERIC_NAME
from . import layout, netcdf, tables
from .array_reader import ArrayReader, ReadCancelled
from .decode import read_dataset
from .downsample_1d import reduce_curve
from .downsample_2d import reduce_colours, reduce_image
from .errors import NoSuchData
from .reader import ResultsFile
from .text_content import array_words, bytes_words, number_words, table_words, text_words

MOST_JSON = 64 << 20
"""Bytes of a Plotly figure; a longer one would not be redrawn in time."""
MOST_TEXT = 64 << 20
_DRAWN = "iufbc"
"""Kinds of NumPy types that can be plotted."""


def load_view(
    path: Path,
    name: str,
    view: ViewRequest,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
    timeout_s: float = 2.0,
) -> Iterator[ViewData]:
    """Read the view of a variable.

    Args:
        path: The results file (or a fragment).
        name: Variable name.
        view: Part to read, and its resolution.
        is_cancelled: Called before each read; True ends the iteration.
        timeout_s: How long to wait while another program has the file locked.

    Yields:
        Successively better views; the last one has `read == 1`.

    Raises:
        ResultsError: If the file, or its content, cannot be read.
    """

    def check() -> None:
        if is_cancelled():
            raise ReadCancelled

    with ResultsFile(path, timeout_s=timeout_s) as results, results.translated(name):
        try:
            yield from _load(results, name, view, check)
        except ReadCancelled:
            return
        except MemoryError as error:
            raise ValueError("not enough memory to show it") from error


def _load(
    results: ResultsFile, name: str, view: ViewRequest, check: Callable[[], None]
) -> Iterator[ViewData]:
    data = results.found(name)
    preview = results.found(name, preview=True)
    is_preview = preview is not None and view.preview is not False
    found = preview if is_preview else data
    if found is None:
        raise NoSuchData(results.path, name, "preview" if view.preview else "data")
    about = About(
        "nothing",
        "",
        is_preview=is_preview,
        has_preview=preview is not None,
        has_data=data is not None,
    )
    mark = layout.object_type(found)
    if isinstance(found, h5py.Group) and mark in (file_format.DATAARRAY, file_format.DATASET):
        yield from _load_netcdf(found, mark, about, view, check)
        return
    if isinstance(found, h5py.Group):
        found = layout.child(found, "data")
    if not isinstance(found, h5py.Dataset):
        yield ViewData(about, NotDrawable("Its layout was not written by DAMNIT."), view=view)
        return
    layout.refuse_strange(found)
    if mark == file_format.PLOTLY:
        yield ViewData(
            replace(about, kind="plotly", words="Plotly figure"), _figure(found), view=view
        )
    elif mark in (file_format.DATAFRAME, file_format.SERIES):
        words = table_words(tables.read_table(bytes(found[()].tobytes()), mark))
        yield ViewData(replace(about, kind="table", words=f"pandas {mark}"), words, view=view)
    else:
        yield from _load_dataset(found, about, view, check, is_image=mark == file_format.IMAGE)


def _load_netcdf(
    group: h5py.Group, mark: str, about: About, view: ViewRequest, check: Callable[[], None]
) -> Iterator[ViewData]:
    variables = netcdf.data_variables(group)
    if not variables:
        yield ViewData(
            replace(about, words="Dataset"), NotDrawable("It holds no variables."), view=view
        )
        return
    is_array = mark == file_format.DATAARRAY and len(variables) == 1
    member = view.member if view.member in variables else next(iter(variables))
    members = () if is_array else tuple((n, _words_for(d)) for n, d in variables.items())
    dataset = variables[member]
    layout.refuse_strange(dataset)
    label = "" if member == GENERIC_NAME else member
    kept = replace(about, members=members, member="" if is_array else member, name=label)
    yield from _load_dataset(dataset, kept, view, check, is_array=True)


def _load_dataset(
    dataset: h5py.Dataset,
    about: About,
    view: ViewRequest,
    check: Callable[[], None],
    *,
    is_array: bool = False,
    is_image: bool = False,
) -> Iterator[ViewData]:
    dims = _dims(dataset, is_array) if dataset.shape else ()
    about = replace(about, words=_words_for(dataset, dims))
    if dataset.shape is None:
        yield ViewData(about, NotDrawable("It holds no value (an HDF5 null)."), view=view)
        return
    about = replace(about, shape=tuple(dataset.shape), dims=dims)
    is_text = h5py.check_string_dtype(dataset.dtype) is not None
    if is_text or dataset.dtype.names or h5py.check_vlen_dtype(dataset.dtype) is not None:
        yield ViewData(replace(about, kind="text"), _read_words(dataset), view=view)
        return
    if dataset.dtype.kind not in _DRAWN:
        reason = f"Values of type {dataset.dtype} have no fixed meaning and are not shown."
        yield ViewData(about, NotDrawable(reason), view=view)
        return
    source = ArrayReader(dataset, view.part, check)
    about = replace(about, units=source.units, is_complex=source.is_complex, is_time=source.is_time)
    if not dataset.shape:
        value = source.read(()).item() if source.is_time else read_dataset(dataset)
        words = number_words(value, is_time=source.is_time)
        yield ViewData(replace(about, kind="scalar"), words, view=view)
        return
    if not dataset.size:
        reason = f"It is empty: its shape is {tuple(dataset.shape)}."
        yield ViewData(about, NotDrawable(reason), view=view)
        return
    yield from _draw(source, about, view, is_image=is_image, is_upward=is_array)


def _draw(
    source: ArrayReader, about: About, view: ViewRequest, *, is_image: bool, is_upward: bool
) -> Iterator[ViewData]:
    shape = source.shape
    is_coloured = _is_coloured(source, is_image)
    layouts = _layouts(shape, is_coloured)
    axes = view.axes if view.axes in layouts else layouts[0]
    at = tuple(
        min(view.at[d], n - 1) if d < len(view.at) else (n - 1) // 2 for d, n in enumerate(shape)
    )
    cut = tuple(
        f"{about.dims[d] or f'dimension {d}'} = {_place(source, d, at[d])}"
        for d, n in enumerate(shape)
        if d not in axes and n > 1
    )
    about = replace(about, axes=axes, at=at, cut=cut, layouts=layouts)
    answers: Iterator[tuple[Content, float]]
    if len(axes) == 3:
        about = replace(about, kind="colours", cut=())
        pixels = reduce_colours(source, (view.y, view.x), _image_size(view))
        answers = iter([(pixels, 1.0)])
    elif len(axes) == 1:
        about = replace(about, kind="curve")
        answers = reduce_curve(source, at, axes[0], view.x, view.columns)
    else:
        about = replace(about, kind="image")
        answers = reduce_image(
            source, at, (axes[0], axes[1]), (view.y, view.x), _image_size(view),
            How(view.how), wants_range=view.wants_range,
        )  # fmt: skip
    for content, read in answers:
        if isinstance(content, ReducedImage):
            content = replace(content, is_upward=is_upward)
        if isinstance(content, Curve) and content.axis.note:
            about = replace(about, notes=(content.axis.note,))
        yield ViewData(about, content, read, view)


def _image_size(view: ViewRequest) -> tuple[int, int]:
    """Return the rows and columns that an image is reduced to."""
    return view.pixels or (view.rows, view.columns)


def _is_coloured(source: ArrayReader, is_image: bool) -> bool:
    """Return True if the last dimension holds the colours of pixels."""
    shape = source.shape
    if len(shape) != 3 or shape[2] not in (3, 4) or min(shape) == 0:
        return False
    dtype = source.dataset.dtype
    if is_image or dtype == "u1":
        return True
    if dtype.kind != "f":
        return False
    corner = source.read((slice(0, 16), slice(0, 16), slice(None)))
    return bool(corner.min() >= 0 and corner.max() <= 1)


def _layouts(shape: tuple[int, ...], is_coloured: bool) -> tuple[tuple[int, ...], ...]:
    """Return the drawable dimensions: images of the last two first, then curves along each."""
    wide = [d for d, n in enumerate(shape) if n > 1] or [len(shape) - 1]
    pairs = [(a, b) for i, a in enumerate(wide) for b in wide[i + 1 :]]
    pairs.sort(key=lambda pair: (-pair[1], -pair[0]))
    lines = [(d,) for d in reversed(wide)]
    coloured = [tuple(range(3))] if is_coloured else []
    return (*coloured, *pairs, *lines)


def _place(source: ArrayReader, dimension: int, at: int) -> str:
    size = source.shape[dimension]
    coordinate = source.coordinate(dimension)
    text = f"{at} of {size}"
    if coordinate.is_numeric:
        text += f" ({float(coordinate.numbers_at([at])[0]):g} {coordinate.units}".rstrip() + ")"
    names = coordinate.names([at])
    return text + (f" ({names[0][1]})" if names else "")


def _dims(dataset: h5py.Dataset, is_array: bool) -> tuple[str, ...]:
    if not is_array:
        return ("",) * len(dataset.shape)
    return tuple(n if n != "?" else "" for n in netcdf.dimension_names(dataset))


def _words_for(dataset: h5py.Dataset, dims: tuple[str, ...] = ()) -> str:
    """Describe type and size in words."""
    text = h5py.check_string_dtype(dataset.dtype)
    dtype: Any = "text" if text is not None else dataset.dtype
    if text is not None and text.length and text.encoding == "ascii":
        dtype = "bytes"
    if dataset.dtype.names:
        dtype = "records"
    if not dataset.shape:
        return str(dtype)
    if not any(dims):
        return f"{dtype} {tuple(dataset.shape)}"
    sizes = (f"{d}: {n}" if d else f"{n}" for d, n in zip(dims, dataset.shape, strict=True))
    return f"{dtype} ({', '.join(sizes)})"


def _figure(dataset: h5py.Dataset) -> Content:
    if dataset.nbytes > MOST_JSON:
        return NotDrawable(f"A Plotly figure of {dataset.nbytes:,} bytes is too large to render.")
    return Figure(bytes(dataset[()].tobytes()).decode("utf-8", "replace"))


def _read_words(dataset: h5py.Dataset) -> Content:
    if dataset.shape:
        return array_words(dataset)
    if dataset.dtype.itemsize > MOST_TEXT:
        return NotDrawable(f"A text of {dataset.dtype.itemsize:,} bytes is too long to show.")
    value = read_dataset(dataset)
    if isinstance(value, str):
        return text_words(value)
    return bytes_words(value) if isinstance(value, bytes) else number_words(value)
