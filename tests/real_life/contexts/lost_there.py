"""Variables of which a single one makes DAMNIT store nothing of a run."""

import numpy as np
import xarray as xr
from damnit.context import Variable
from extra.components import XGM


@Variable(title="Groups/Bins")
def bins(run):
    energy = xr.DataArray(np.arange(6.0), dims="trainId")
    position = xr.DataArray(np.linspace(-1, 1, 6), dims="trainId", name="position")
    return energy.groupby_bins(position, [-1, 0, 0.5, 2]).mean()


@Variable(title="Units/Quantity")
def quantity(run):
    return XGM(run).photon_energy()


@Variable(title="Fine")
def fine(run):
    return 1
