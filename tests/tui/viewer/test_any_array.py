"""Random arrays and coordinates in random views: drawn without a warning."""

from __future__ import annotations

import random
import warnings
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from damnit_daemon.hdf5 import load_view
from damnit_tui.terminal.graphics.protocol_choice import Graphics
from damnit_tui.viewer.readout import readout
from damnit_tui.viewer.render import RenderTarget, as_text, draw_data, headline, room_for
from damnit_tui.viewer.view_state import DisplayState

from ...daemon.hdf5.builders import Fragment

SHAPES = [
    (1,), (2,), (7,), (500,), (1, 1), (3, 5), (80, 2), (2, 80), (4, 3, 2), (1, 5, 1), (3, 3, 4),
    (2, 2, 2, 2),
]  # fmt: skip
VALUES = [0.0, 1.0, -1.0, 1e308, -1e308, 1e-320, np.nan, np.inf, -np.inf, 5e15]
DTYPES = ["f8", "f4", "f2", "c16", "i8", "u1", "?"]
COORDINATES = {
    "none": lambda n: None,
    "numbers": lambda n: np.arange(n) * 0.5,
    "times": lambda n: np.datetime64("2026-01-01", "ns") + np.arange(n) * np.timedelta64(1, "s"),
    "names": lambda n: [f"\x1b{i}" for i in range(n)],
    "the same": np.zeros,
    "nan": lambda n: np.full(n, np.nan),
    "falling": lambda n: -np.arange(n, dtype=float),
    "huge": lambda n: 1.7e308 * (-1.0) ** np.arange(n),
}
CHANGES = [
    lambda s, d: s.zoomed(2, d),
    lambda s, d: s.zoomed(0.5, d),
    lambda s, d: s.panned(1, -1, d),
    lambda s, d: s.pointed(d, 0.1, 0.1),
    lambda s, d: s.next_axes(d.about),
    lambda s, d: s.sliced(1, d.about),
    lambda s, d: s.next_stepped(d.about, 1),
    lambda s, d: s.rescaled(d),
    lambda s, d: s.next_part(),
    lambda s, d: s.next_how(),
    lambda s, d: s.whole(),
    lambda s, d: replace(s, is_log=not s.is_log),
    lambda s, d: replace(s, profiles=not s.profiles),
]
SIZES = [(80, 20), (30, 8), (130, 34), (12, 4)]


def make_array(rng):
    """An array of strange numbers, with strange coordinates or none."""
    shape = rng.choice(SHAPES)
    values = np.array([rng.choice(VALUES) for _ in range(int(np.prod(shape)))]).reshape(shape)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        array = values.astype(rng.choice(DTYPES))
    if rng.random() < 0.4:
        return array
    dims = [f"d{i}" for i in range(len(shape))]
    found = {d: rng.choice(list(COORDINATES.values()))(n) for d, n in zip(dims, shape, strict=True)}
    coords = {d: (d, c) for d, c in found.items() if c is not None}
    return xr.DataArray(array.astype("f4") if array.dtype == "f2" else array, coords, dims)


@pytest.mark.extended
@pytest.mark.parametrize("seed", range(60))
def test_random_array_is_drawn_in_random_views(tmp_path, seed):
    rng = random.Random(seed)
    file = Fragment(tmp_path / "p1_r1.h5").data("v", make_array(rng))
    state = DisplayState()
    for _ in range(6):
        size, graphics = rng.choice(SIZES), rng.choice(list(Graphics))
        for looked in load_view(file.path, "v", state.view(*room_for(state, *size))):
            state = state.taking(looked)
            assert draw_data(looked, state, RenderTarget(*size, {}, graphics)) is not None
            texts = headline(looked, state), readout(looked, state)
            assert not [c for c in "".join(texts) if ord(c) < 32]
            as_text(looked)
        state = rng.choice(CHANGES)(state, looked)
