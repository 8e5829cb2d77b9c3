"""A synthetic proposal with real EXtra-data files, for the demo and the tests.

EXtra-data's own mock devices write the files, with all index tables and types; the
values that a context file would read are then filled in. Equal arguments make equal data.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

XGM = "SPB_XTD9_XGM/DOOCS/MAIN"
CAMERA = "SPB_IRU_CAM/CAM/SIDEMIC"
MOTOR = "SPB_EXP_STAGE/MOTOR/X"
DETECTOR = "SPB_DET_AGIPD1M-1/DET/3CH0"

FIRST_TRAIN = 1_000_000_000
START = 1_767_225_600
"""2026-01-01T00:00:00Z."""
SECONDS_BETWEEN_RUNS = 600
TRAINS = 60
PULSES = 32
CAMERA_FRAMES = 12
CAMERA_SHAPE = (90, 120)
DETECTOR_TRAINS = 4
FORMAT_VERSION = "1.2"


@dataclass(frozen=True)
class Proposal:
    """The location of a synthetic proposal."""

    root: Path
    """The value for `EXTRA_DATA_DATA_ROOT`."""
    path: Path
    number: int
    start: int = START
    """Unix time at which run 0 began; runs follow ten minutes apart."""

    @property
    def damnit_folder(self) -> Path:
        """The path for its DAMNIT folder, which need not exist yet."""
        return self.path / "usr" / "Shared" / "amore"


def make_proposal(root: Path, number: int = 1234, *, start: int = START) -> Proposal:
    """Create a proposal's folders, without runs; existing ones are kept."""
    path = root.absolute() / "SPB" / "202601" / f"p{number:06d}"
    for name in ("raw", "proc", "scratch", "usr/Shared"):
        (path / name).mkdir(parents=True, exist_ok=True)
    return Proposal(root.absolute(), path, number, start)


def write_run(
    proposal: Proposal, run: int, *, camera: bool = True, proc: bool = True, scan: bool = True
) -> None:
    """Write a run's raw and corrected files; each folder appears only when complete.

    Args:
        proposal: A proposal created by `make_proposal`.
        run: The run number; it must not exist yet.
        camera: Record the camera.
        proc: Write corrected data.
        scan: Move the motor.
    """
    rng = np.random.default_rng([proposal.number, run])
    with _Files(proposal, run, "raw") as files:
        _write_slow(files, rng, scan=scan)
        if camera:
            _write_camera(files, rng)
    if proc:
        with _Files(proposal, run, "proc") as files:
            _write_detector(files, rng)


class _Files:
    """Writes a run's files into a hidden folder, which is renamed at the end."""

    def __init__(self, proposal: Proposal, run: int, kind: str) -> None:
        self.run = run
        self._number = proposal.number
        self._start = proposal.start + run * SECONDS_BETWEEN_RUNS
        self._target = proposal.path / kind / f"r{run:04d}"
        self._folder = self._target.with_name(f".r{run:04d}.writing")
        self._prefix = "RAW" if kind == "raw" else "CORR"

    def __enter__(self) -> _Files:
        if self._target.exists():
            raise FileExistsError(f"{self._target} exists already")
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._folder.rename(self._target)

    def write(self, group: str, devices: list[Any], trains: int = TRAINS) -> Any:
        """Write a file with these devices and return it open, to be filled in."""
        import h5py
        from extra_data.tests.mockdata import write_file

        path = self._folder / f"{self._prefix}-R{self.run:04d}-{group}-S00000.h5"
        first = FIRST_TRAIN + self.run * 100_000
        write_file(
            os.fspath(path), devices, trains, first, chunksize=4, format_version=FORMAT_VERSION
        )
        file = h5py.File(path, "r+")
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._start)).encode()
        ticks = np.arange(trains, dtype="u8") * np.uint64(100_000_000)
        file["INDEX/timestamp"][:trains] = np.uint64(self._start * 10**9) + ticks
        file["METADATA/proposalNumber"][:] = self._number
        for key in ("creationDate", "updateDate"):
            file[f"METADATA/{key}"][0] = date
        file["METADATA/sample"][0] = b"lysozyme"
        return file


def _write_slow(files: _Files, rng: np.random.Generator, *, scan: bool) -> None:
    """Write pulse energies and a motor position."""
    from extra_data.tests.mockdata import xgm

    with files.write("DA01", [xgm.XGM(XGM), _motor()]) as file:
        drift = 60 * np.sin(files.run / 2) + 40 * np.sin(np.linspace(0, 6, TRAINS) + files.run)
        energy = 900 + drift[:, None] + 35 * rng.standard_normal((TRAINS, PULSES))
        pulses = np.ones((TRAINS, 1000), "f4")
        pulses[:, :PULSES] = energy
        file[f"INSTRUMENT/{XGM}:output/data/intensityTD"][:TRAINS] = pulses
        control = file[f"CONTROL/{XGM}"]
        control["pulseEnergy/photonFlux/value"][:] = energy.mean(axis=1)
        control["pulseEnergy/wavelengthUsed/value"][:] = 0.1333
        control["pulseEnergy/nummberOfBunches/value"][:] = PULSES
        for axis in ("ix", "iy"):
            control[f"beamPosition/{axis}Pos/value"][:] = 0.1 * rng.standard_normal(TRAINS)
        steps = np.repeat(np.linspace(-1, 1, 6), TRAINS // 6) if scan else np.zeros(TRAINS)
        position = 0.25 * files.run + steps
        motor = file[f"CONTROL/{MOTOR}"]
        motor["targetPosition/value"][:] = position
        motor["actualPosition/value"][:] = position + 1e-4 * rng.standard_normal(TRAINS)


def _motor() -> Any:
    """Return EXtra-data's motor with only the keys that are read, out of its hundred."""
    from extra_data.tests.mockdata.motor import Motor

    keys = ("actualPosition", "targetPosition", "epsilonActualPosition", "stepSize")
    motor = Motor(MOTOR)
    motor.control_keys = [key for key in Motor.control_keys if key[0] in keys]
    return motor


def _write_camera(files: _Files, rng: np.random.Generator) -> None:
    """Write a bright spot that moves from run to run."""
    from extra_data.tests.mockdata.basler_camera import BaslerCamera

    device = BaslerCamera(CAMERA, nsamples=CAMERA_FRAMES, sensor_size=CAMERA_SHAPE)
    height, width = CAMERA_SHAPE
    y, x = np.mgrid[:height, :width]
    centre = height * (0.5 + 0.2 * np.sin(files.run)), width * (0.5 + 0.3 * np.cos(files.run / 2))
    spot = 3000 * np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / (2 * (height / 12) ** 2))
    brightness = rng.uniform(0.8, 1.2, (CAMERA_FRAMES, 1, 1))
    noise = rng.integers(0, 60, (CAMERA_FRAMES, height, width))
    with files.write("DA02", [device]) as file:
        pixels = file[f"INSTRUMENT/{CAMERA}:daqOutput/data/image/pixels"]
        pixels[:CAMERA_FRAMES] = (spot * brightness + noise).astype("u2")


def _write_detector(files: _Files, rng: np.random.Generator) -> None:
    """Write diffraction rings on one corrected module."""
    from extra_data.tests.mockdata.detectors import AGIPDModule

    device = AGIPDModule(DETECTOR, raw=False, frames_per_train=2)
    y, x = np.mgrid[:512, :128]
    radius = np.hypot(y - 256, x + 1000) - 1000
    rings = [(9, 15), (5, 60), (3, 100)]
    moved = 12 * np.sin(files.run / 3)
    image = 0.3 + sum(
        height * np.exp(-(((radius - place - moved) / 8) ** 2)) for height, place in rings
    )
    with files.write("AGIPD03", [device], trains=DETECTOR_TRAINS) as file:
        data = file[f"INSTRUMENT/{DETECTOR}:xtdf/image/data"]
        data[:2] = rng.poisson(image, (2, *image.shape))
