"""Attributes with a meaning in netCDF: no reader changes values for them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from damnit_daemon.model import RunKey

from .our_view import OurView
from .sides import PROPOSAL, extract_with_our_runner
from .variables import names

KEY = RunKey(PROPOSAL, 1)
VALUES = [0.0, 1.5, 3.0, 4.5]
ARRAYS = [n for n in names("attributes") if n not in ("whole", "bins")]


@pytest.fixture(scope="module")
def folder(peer, ours, tmp_path_factory):
    """Evaluated by our runner in the peer's Python."""
    folder = tmp_path_factory.mktemp("attributes") / "amore"
    peer.make_folder(folder, "attributes", PROPOSAL)
    extract_with_our_runner(folder, peer, 1)
    ours.daemon("--in", folder, "combine")
    return folder


@pytest.fixture(scope="module")
def theirs(peer, folder):
    view = peer.look(folder)
    variables = view.content["runs"]["1"]["variables"]
    return {name: view.decode(variables[name]["read"]) for name in names("attributes")}


@pytest.mark.parametrize("name", ARRAYS)
def test_peer_reads_values_unchanged_beside_netcdf_attributes(theirs, name):
    array = theirs[name]
    assert (array.dtype, array["x"].dtype) == ("f8", "i2")
    np.testing.assert_array_equal(array, VALUES)
    np.testing.assert_array_equal(array["x"], range(4))


@pytest.mark.parametrize("name", ARRAYS)
def test_our_reader_returns_netcdf_attributes_unchanged(theirs, folder, name):
    array = OurView(folder).data(KEY, name)
    np.testing.assert_array_equal(array, VALUES)
    given = {key.removesuffix("_"): value for key, value in theirs[name].attrs.items()}
    assert array.attrs == array["x"].attrs == given
    assert len(given) > 0


def test_both_programs_read_a_dataset_with_a_slash_beside_an_underscore(theirs, folder):
    for dataset in (theirs["whole"], OurView(folder).data(KEY, "whole")):
        assert isinstance(dataset, xr.Dataset)
        for name in ("a_b", "a_b_"):
            np.testing.assert_array_equal(dataset[name], VALUES)


def test_both_programs_read_bins_by_their_centres_and_edges(theirs, folder):
    for array in (theirs["bins"], OurView(folder).data(KEY, "bins")):
        np.testing.assert_array_equal(array, [0.75, 3.75])
        np.testing.assert_array_equal(array["x_bins"], [0, 2])
        np.testing.assert_array_equal(array["x_bins_left"], [-1, 1])
        np.testing.assert_array_equal(array["x_bins_right"], [1, 3])
