"""The demo's context file: what variables can return, and what happens when they fail.

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
    """How many trains were recorded."""
    return len(run.train_ids)


@Variable(title="Run/Kind", tags="run")
def run_kind(run, run_number: "meta#run_number"):
    """What the run was for."""
    return ["calibration", "dark", "data", "alignment"][run_number % 4]


@Variable(title="Beam/Energy", summary="mean", units="µJ", tags="xgm")
def pulse_energy(run):
    """Pulse energy, the mean of each train."""
    pulses = run[f"{XGM}:output", "data.intensityTD"].xarray()
    return pulses.where(pulses > 1).mean("dim_0")


@Variable(title="Beam/Trend", tags="xgm")
def energy_trend(run, energy: "var#pulse_energy"):
    """Pulse energy along the run: an array without a summary makes a trendline."""
    return np.asarray(energy)


@Variable(title="Beam/Mean", units="µJ", tags="xgm")
def energy_mean(run, energy: "var#pulse_energy"):
    """Coloured, and bold where the beam was weak."""
    mean = float(energy.mean())
    weak = mean < 880
    return Cell(mean, bold=weak, background="#ffd27f" if weak else "#c8f0c8")


@Variable(title="Beam/Stable", tags="xgm")
def stable(run, energy: "var#pulse_energy"):
    """Whether the pulse energy varied by less than 4 %."""
    return bool(energy.std() / energy.mean() < 0.04)


@Variable(title="XGM/Position", tags="xgm")
def beam_position(run):
    """Both axes in one Dataset."""
    return xr.Dataset({axis: run[XGM, f"beamPosition.{axis}Pos"].xarray() for axis in ("ix", "iy")})


@Variable(title="Camera/Image", tags=["camera", "images"])
def camera_image(run):
    """Mean image: two dimensions make a thumbnail. Fails where the camera is missing."""
    return run[CAMERA, "data.image.pixels"].ndarray().mean(axis=0, dtype=np.float32)


@Variable(title="Camera/Spot", units="px", tags="camera")
def camera_spot(run, image: "var#camera_image"):
    """Centre of the spot; cannot be known without an image."""
    y, x = np.indices(image.shape)
    centre = np.array([(x * image).sum(), (y * image).sum()]) / image.sum()
    return Cell(centre, summary_value=f"{centre[0]:.0f}, {centre[1]:.0f}", preview=image)


@Variable(title="Stage/Position", summary="mean", units="mm", tags="stage")
def stage_position(run):
    """Where the sample stage was."""
    return run[MOTOR, "actualPosition"].ndarray()


@Variable(title="Stage/Scan", tags="stage")
def stage_scan(run, energy: "var#pulse_energy"):
    """Pulse energy at each step of a scan; skipped where the stage stood still."""
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
    """From corrected data too, because what it depends on is."""
    return float(image.sum() / energy)


@Variable(title="Checks/Calibration", tags="checks")
def calibration(run, run_number: "meta#run_number"):
    """A plain bug: every fourth run divides by zero."""
    return 100 / (run_number % 4)
