"""Values that the reference cannot save; one of them costs it all other values of the run."""

import numpy as np
import xarray as xr

from damnit_ctx import Variable


@Variable
def good(run):
    return 1.0


@Variable
def text_nul(run):
    return "a\0b"


@Variable
def timedelta(run):
    return np.array([1, 2], dtype="timedelta64[s]")


@Variable
def attribute_dict(run):
    return xr.DataArray([1.0, 2.0], dims="x", attrs={"nested": {"a": 1}})


@Variable
def nul_in_error(run):
    raise ValueError("a\0b")
