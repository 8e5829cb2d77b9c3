"""xarray objects with attributes that a netCDF reader takes for instructions."""

import numpy as np
import xarray as xr

from damnit_ctx import Variable


def _array(**attributes):
    coords = {"x": ("x", np.arange(4, dtype=np.int16), attributes)}
    return xr.DataArray(np.array([0.0, 1.5, 3.0, 4.5]), coords, ["x"], "it", attributes)


@Variable
def scaled(run):
    return _array(scale_factor=2, add_offset=1)


@Variable
def missing(run):
    return _array(missing_value=3, _FillValue=0)


@Variable
def since_trigger(run):
    return _array(units="seconds since trigger")


@Variable
def seconds(run):
    return _array(units="seconds", calendar="noleap", dtype="bool", coordinates="x")


@Variable
def of_hdf5(run):
    return _array(CLASS="IMAGE", NAME="it")


@Variable
def whole(run):
    return xr.Dataset({"a/b": _array(scale_factor=3), "a_b": _array(missing_value=0)})


@Variable
def bins(run):
    return _array().groupby_bins("x", [-1, 1, 3]).mean()
