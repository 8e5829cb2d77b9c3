"""Context file of the demo: return types of variables, and errors.

It is copied into the demo's DAMNIT folder; edit it there.
"""

import numpy as np
import xarray as xr

from damnit_ctx import Cell, Skip, Variable

XGM = "SPB_XTD9_XGM/DOOCS/MAIN"
CAMERA = "SPB_IRU_CAM/CAM/SIDEMIC:daqOutput"
MOTOR = "SPB_EXP_STAGE/MOTOR/X"
AGIPD = "SPB_DET_AGIPD1M-1/DET/3CH0:xtdf"


@Variable(title="Run/Trains", tags="run")
def n_trains(run):
    """Number of recorded trains."""
    return len(run.train_ids)


@Variable(title="Run/Kind", tags="run")
def run_kind(run, run_number: "meta#run_number"):
    """Purpose of the run."""
    return ["calibration", "dark", "data", "alignment"][run_number % 4]


@Variable(title="Beam/Energy", summary="mean", units="µJ", tags="xgm")
def pulse_energy(run):
    """Mean pulse energy of each train."""
    pulses = run[f"{XGM}:output", "data.intensityTD"].xarray()
    return pulses.where(pulses > 1).mean("dim_0")


@Variable(title="Beam/Trend", tags="xgm")
def energy_trend(run, energy: "var#pulse_energy"):
    """Pulse energy over the run: an array without a summary is shown as a trend line."""
    return np.asarray(energy)


@Variable(title="Beam/Mean", units="µJ", tags="xgm")
def energy_mean(run, energy: "var#pulse_energy"):
    """Colored cells, bold if the beam was weak."""
    mean = float(energy.mean())
    weak = mean < 880
    return Cell(mean, bold=weak, background="#ffd27f" if weak else "#c8f0c8")


@Variable(title="Beam/Stable", tags="xgm")
def stable(run, energy: "var#pulse_energy"):
    """True if the pulse energy varied by less than 4 %."""
    return bool(energy.std() / energy.mean() < 0.04)


@Variable(title="XGM/Position", tags="xgm")
def beam_position(run):
    """Both axes in one Dataset."""
    return xr.Dataset({axis: run[XGM, f"beamPosition.{axis}Pos"].xarray() for axis in ("ix", "iy")})


@Variable(title="Camera/Image", tags=["camera", "images"])
def camera_image(run):
    """Mean image, shown as a thumbnail. Fails if the camera is missing."""
    return run[CAMERA, "data.image.pixels"].ndarray().mean(axis=0, dtype=np.float32)


@Variable(title="Camera/Spot", units="px", tags="camera")
def camera_spot(run, image: "var#camera_image"):
    """Center of the spot; needs an image."""
    y, x = np.indices(image.shape)
    centre = np.array([(x * image).sum(), (y * image).sum()]) / image.sum()
    return Cell(centre, summary_value=f"{centre[0]:.0f}, {centre[1]:.0f}", preview=image)


@Variable(title="Stage/Position", summary="mean", units="mm", tags="stage")
def stage_position(run):
    """Position of the sample stage."""
    return run[MOTOR, "actualPosition"].ndarray()


@Variable(title="Stage/Scan", tags="stage")
def stage_scan(run, energy: "var#pulse_energy"):
    """Pulse energy at each step of a scan; skipped if the stage did not move."""
    target = run[MOTOR, "targetPosition"].ndarray()
    if np.ptp(target) < 0.1:
        raise Skip("the stage did not move")
    steps = energy.assign_coords(step=("trainId", np.round(target, 3)))
    return steps.groupby("step").mean()


@Variable(title="AGIPD/Module 3", data="proc", tags=["agipd", "images"])
def agipd_image(run):
    """Mean of the first corrected frames."""
    return run[AGIPD, "image.data"][:1].ndarray().mean(axis=0)


@Variable(title="AGIPD/Photons per µJ", tags="agipd")
def agipd_yield(run, image: "var#agipd_image", energy: "var#energy_mean"):
    """Depends on a proc variable, so it needs corrected data as well."""
    return float(image.sum() / energy)


@Variable(title="Checks/Calibration", tags="checks")
def calibration(run, run_number: "meta#run_number"):
    """A bug: divides by zero in every fourth run."""
    return 100 / (run_number % 4)
