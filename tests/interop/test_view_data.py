"""Numbers shown by the app, compared with DAMNIT's API."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from damnit_daemon.hdf5 import load_view_in_folder
from damnit_daemon.model import RunKey
from damnit_daemon.model.view import (
    Colours,
    ComplexPart,
    Curve,
    ReducedImage,
    TextContent,
    ViewData,
    ViewRequest,
)
from damnit_daemon.paths import DamnitFolder

from .compare import difference
from .peer.exchange import PlotlyText, Unreadable
from .sides import PROPOSAL
from .variables import names

pytestmark = pytest.mark.extended

KEY = RunKey(PROPOSAL, 1)
ROOM = {"columns": 4000, "rows": 600}
"""More than any of these has points: nothing is reduced."""


@pytest.fixture(scope="module", params=["ours", "theirs"])
def side(request, peer):
    """A folder that either side has made, and what the peer reads in it."""
    path = request.getfixturevalue("our_folder" if request.param == "ours" else "their_folder")
    return DamnitFolder(path), peer.look(path)


@pytest.mark.parametrize("name", names("types"))
def test_viewer_shows_the_data_that_the_peer_api_reads(side, name):
    folder, theirs = side
    facts = theirs.content["runs"]["1"]["variables"].get(name)
    if facts is None or "missing" in facts:
        pytest.skip("it has no data")
    compared = 0
    for fact, is_preview in (("read", False), ("preview", True)):
        value = theirs.decode(facts[fact])
        if value is None or isinstance(value, Unreadable):
            continue
        check(folder, name, value, is_preview=is_preview)
        compared += 1
    if not compared:
        pytest.skip("their API cannot read it")


def check(folder: DamnitFolder, name: str, value: Any, *, is_preview: bool) -> None:
    """Look at data, or a preview, and compare it with what they have."""
    if isinstance(value, xr.Dataset):
        for member in value.data_vars:
            looked = shown(folder, name, preview=is_preview, member=str(member))
            compare_array(folder, name, looked, value[member], is_preview=is_preview)
        return
    looked = shown(folder, name, preview=is_preview)
    if isinstance(value, PlotlyText):
        assert difference(PlotlyText(looked.content.json_text), value) is None
    elif isinstance(looked.content, TextContent):
        compare_words(looked.content, value)
    else:
        compare_array(folder, name, looked, value, is_preview=is_preview)


def compare_words(words: TextContent, value: Any) -> None:
    """A scalar or a text."""
    if isinstance(value, xr.DataArray | np.ndarray | np.generic) and np.ndim(value) == 0:
        value = np.asarray(value).item()
    if isinstance(value, str) and not words.wraps:  # bytes, which they read as text
        assert words.lines[0].split("  ")[1] == value.encode().hex(" ")
    elif isinstance(value, str):
        assert "\n".join(words.lines) == value
    elif np.ndim(value):
        told = [line.partition(":")[2].strip() for line in words.lines]
        assert told == [str(one) for one in np.ravel(value)]
    elif isinstance(value, bool):
        assert words.lines == ("yes" if value else "no",)
    else:
        assert words.lines == (str(value),)


def compare_array(
    folder: DamnitFolder, name: str, looked: ViewData, value: Any, *, is_preview: bool
) -> None:
    """Every number of an array; of complex ones, both parts."""
    value = by_coordinate(value)
    array = np.asarray(value)
    if array.size == 0:
        assert "empty" in looked.content.reason
        return
    assert looked.about.shape == array.shape
    if array.dtype.kind == "c":
        for part, expected in ((ComplexPart.REAL, array.real), (ComplexPart.IMAGINARY, array.imag)):
            again = shown(folder, name, preview=is_preview, member=looked.about.member, part=part)
            compare_numbers(again, expected)
    elif array.dtype.kind == "M":
        compare_numbers(looked, array.astype("datetime64[ns]").astype("int64") / 1e9)
    elif array.dtype.kind in "OUS":
        compare_words(looked.content, array)
    else:
        compare_numbers(looked, array)
    if isinstance(value, xr.DataArray) and isinstance(looked.content, Curve):
        compare_coordinate(looked.content, value)


def compare_numbers(looked: ViewData, array: np.ndarray) -> None:
    """A curve, an image, a cut through more dimensions, or colours."""
    content, finite = looked.content, np.where(np.isfinite(array), array, np.nan)
    if isinstance(content, Colours):
        opaque = array[..., 3] == 255 if array.shape[-1] == 4 else np.ones(array.shape[:2], bool)
        assert content.pixels.shape[:2] == array.shape[:2]
        np.testing.assert_array_equal(content.pixels[opaque], array[..., :3][opaque])
        return
    about = looked.about
    cut = finite[tuple(slice(None) if d in about.axes else at for d, at in enumerate(about.at))]
    if isinstance(content, ReducedImage):
        np.testing.assert_array_equal(content.values, cut.astype(float))
    else:
        assert isinstance(content, Curve)
        assert content.points == len(cut)
        np.testing.assert_array_equal(content.mean[content.filled], cut.astype(float))


def by_coordinate(value: Any) -> Any:
    """A curve as it is drawn: from left to right."""
    if not isinstance(value, xr.DataArray) or value.ndim != 1 or value.dims[0] not in value.coords:
        return value
    numeric = value[value.dims[0]].dtype.kind in "iufM"
    return value.sortby(value.dims[0]) if numeric else value


def compare_coordinate(curve: Curve, value: xr.DataArray) -> None:
    """From where to where a curve goes."""
    (dim,) = value.dims
    if dim not in value.coords or value[dim].dtype.kind not in "iuf":
        return
    places = value[dim].to_numpy()
    assert (curve.axis.low, curve.axis.high) == (places.min(), places.max())


def shown(folder: DamnitFolder, name: str, **view: Any) -> ViewData:
    """The last answer."""
    *_, looked = load_view_in_folder(folder, KEY, name, ViewRequest(**ROOM, **view))
    return looked
