"""A context file as of an experiment, for both programs."""

import numpy as np
import pandas as pd
import xarray as xr
from damnit.context import Cell, Skip, Variable
from extra.components import XGM, Scan, Scantool, XrayPulses
from extra_data.components import AGIPD1M, JUNGFRAU, LPD1M

STAGE = "SPB_EXP_STAGE/MOTOR/X"

# ---- EXtra's components


@Variable(title="XGM/Pulse energy", summary="mean", units="uJ")
def pulse_energy(run):
    return XGM(run).pulse_energy()


@Variable(title="XGM/Energy per train")
def energy_per_train(run, energy: "var#pulse_energy"):
    return energy.mean("pulseIndex") if "pulseIndex" in energy.dims else energy.mean(energy.dims[1])


@Variable(title="XGM/Photon energy")
def photon_energy(run):
    return XGM(run).photon_energy(with_units=False)


@Variable(title="XGM/Photon energy with units")
def photon_energy_with_units(run):
    return float(XGM(run).photon_energy().magnitude)


@Variable(title="XGM/Wavelength")
def wavelength(run):
    return float(XGM(run).wavelength(with_units=False))


@Variable(title="Pulses/Ids")
def pulse_ids(run):
    return XrayPulses(run).pulse_ids()


@Variable(title="Pulses/Counts")
def pulse_counts(run):
    return XrayPulses(run).pulse_counts()


@Variable(title="Pulses/Pattern is constant")
def is_constant(run):
    return XrayPulses(run).is_constant_pattern()


@Variable(title="Pulses/First")
def first_pulses(run):
    return XrayPulses(run).peek_pulse_ids(labelled=False)


@Variable(title="Scan/Type")
def scan_type(run):
    return Scantool(run).format(compact=True)


@Variable(title="Scan/Steps", transient=True)
def scan(run):
    return Scan(run[STAGE, "targetPosition"])


@Variable(title="Scan/Positions")
def positions(run, scan: "var#scan"):
    return np.asarray(scan.positions)


@Variable(title="Scan/Energy")
def energy_by_step(run, scan: "var#scan", energy: "var#energy_per_train"):
    found = [
        float(energy.sel(trainId=np.intersect1d(ids, energy.trainId)).mean())
        for _, ids in scan.steps
    ]
    return xr.DataArray(found, dims="position", coords={"position": np.asarray(scan.positions)})


# ---- detectors


@Variable(title="AGIPD/Mean image", data="proc")
def agipd_mean(run):
    data = AGIPD1M(run, min_modules=1).get_array("image.data")
    return data.mean([d for d in data.dims if d not in ("slow_scan", "fast_scan", "module")])


@Variable(title="AGIPD/Per train", data="proc")
def agipd_trains(run):
    data = AGIPD1M(run, min_modules=1).get_array("image.data", unstack_pulses=False)
    return data.mean([d for d in data.dims if d != "train_pulse"]).values


@Variable(title="LPD/Mean", data="proc")
def lpd_mean(run):
    return float(LPD1M(run, min_modules=1).get_array("image.data").mean())


@Variable(title="JUNGFRAU/Corrected", data="proc")
def jungfrau(run):
    return float(JUNGFRAU(run, min_modules=1).get_array("data.adc", roi=np.s_[:64, :64]).mean())


@Variable(title="JUNGFRAU/Raw", data="proc")
def jungfrau_modules(run):
    return JUNGFRAU(run, min_modules=1).n_modules


# ---- parallel work


def _square(n):
    return n * n


@Variable(title="Parallel/joblib threads")
def with_joblib_threads(run):
    from joblib import Parallel, delayed

    return np.array(Parallel(2, backend="threading")(delayed(_square)(n) for n in range(6)))


@Variable(title="Parallel/joblib processes")
def with_joblib(run):
    from joblib import Parallel, delayed

    return np.array(Parallel(2)(delayed(_square)(n) for n in range(6)))


@Variable(title="Parallel/dask processes")
def with_dask_processes(run):
    import dask

    return np.array(dask.compute(*map(dask.delayed(_square), range(6)), scheduler="processes"))


@Variable(title="Parallel/dask")
def with_dask(run, energy: "var#pulse_energy"):
    import dask.array as da

    return float(da.from_array(energy.values, chunks=(10, -1)).mean().compute())


@Variable(title="Parallel/dask in xarray")
def chunked(run, energy: "var#energy_per_train"):
    return (energy.chunk({"trainId": 10}) * 2).compute()


# ---- reduction


@Variable(title="Groups/By position")
def grouped(run, energy: "var#energy_per_train"):
    position = run[STAGE, "targetPosition"].xarray().round(3)
    aligned, position = xr.align(energy, position)
    return aligned.groupby(position.rename("position")).mean()


@Variable(title="Groups/Resampled")
def coarse(run, energy: "var#energy_per_train"):
    return energy.coarsen(trainId=10).mean()


@Variable(title="Tables/Frame")
def frame(run, energy: "var#energy_per_train"):
    return pd.DataFrame({"energy": energy.values, "n": np.arange(energy.size)})


@Variable(title="Tables/Described")
def described(run, frame: "var#frame"):
    return frame["energy"].describe()


@Variable(title="Tables/Grouped")
def table_groups(run, frame: "var#frame"):
    return frame.groupby(frame["n"] // 10).mean()


@Variable(title="Dataset")
def dataset(run, energy: "var#energy_per_train"):
    return xr.Dataset({"energy": energy, "stage": run[STAGE, "actualPosition"].xarray()})


@Variable(title="Units/pint", units="eV")
def with_pint(run):
    import pint

    return float((pint.UnitRegistry().Quantity(9.3, "keV")).to("eV").magnitude)


@Variable(title="Looks/Cell", summary="std")
def a_cell(run, energy: "var#energy_per_train"):
    return Cell(energy, summary_value=float(energy.max()), bold=True, background="#aaffaa")


@Variable(title="Looks/Preview")
def previewed(run, energy: "var#pulse_energy"):
    return Cell(energy, preview=energy.mean(energy.dims[0]).values)


@Variable(title="Looks/Figure")
def figure(run, energy: "var#energy_per_train"):
    from matplotlib.figure import Figure

    figure = Figure((3, 2))
    figure.add_subplot().plot(energy.values)
    return figure


@Variable(title="None of it/Source")
def no_source(run):
    return run["SPB_NO_CAM/CAM/X:daqOutput", "data.image.pixels"].ndarray()


@Variable(title="None of it/What needs it")
def needs_no_source(run, image: "var#no_source"):
    return image.mean()


@Variable(title="None of it/Skip")
def skipped(run, energy: "var#pulse_energy"):
    if energy.size:
        raise Skip("only for dark runs")


@Variable(title="None of it/Error")
def failing(run, energy: "var#pulse_energy"):
    return energy.sel(nowhere=1)
