"""A run with what experiments record: pulse energies, pulse patterns, a scan, three detectors."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from extra_data.tests.mockdata import write_file
from extra_data.tests.mockdata.base import DeviceBase
from extra_data.tests.mockdata.detectors import AGIPDModule, LPDModule
from extra_data.tests.mockdata.jungfrau import JUNGFRAUModule

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.demo.proposal import FIRST_TRAIN, FORMAT_VERSION, TRAINS

PROPOSAL, RUN = 1234, 1
AGIPD, LPD = "SPB_DET_AGIPD1M-1", "FXE_DET_LPD1M-1"
JUNGFRAU = "SPB_IRDA_JF4M"
DETECTOR_TRAINS = 4


class PulsePatterns(DeviceBase):
    """Which pulses each SASE got."""

    control_keys = [  # noqa: RUF012 – as the base class has it
        (f"{node}/{key}", "i4", shape)
        for node in ("maindump", "sase1", "sase2", "sase3", "laser")
        for key, shape in (("pulseIds", (2700,)), ("nPulses", ()))
    ]


class Scantool(DeviceBase):
    """What moved in the scan, and how."""

    control_keys = [("isMoving", "u1", ())]  # noqa: RUF012
    extra_run_values = [  # noqa: RUF012
        ("acquisitionTime", "f8", 1.5),
        ("activeMotors", h5py.string_dtype("ascii"), [b"STAGE_X"], (1,)),
        ("actualConfiguration", None, "--- Motors: ['SPB_EXP_STAGE/MOTOR/X:default']--- Data"),
        ("deviceEnv/acquisitionMode", None, "Trains"),
        ("scanEnv/scanType", None, "ascan"),
        ("scanEnv/steps", "u4", [5], (1,)),
        ("scanEnv/startPoints", "f8", [-1.0], (1,)),
        ("scanEnv/stopPoints", "f8", [1.0], (1,)),
    ]


def write_data(root: Path) -> None:
    """Write one run, raw and corrected."""
    proposal = make_proposal(root, PROPOSAL)
    write_run(proposal, RUN, camera=False)
    rng = np.random.default_rng(1)
    raw, proc = (proposal.path / kind / f"r{RUN:04d}" for kind in ("raw", "proc"))
    first = FIRST_TRAIN + RUN * 100_000

    def write(path: Path, device: DeviceBase, trains: int) -> h5py.File:
        write_file(str(path), [device], trains, first, chunksize=4, format_version=FORMAT_VERSION)
        return h5py.File(path, "r+")

    patterns = PulsePatterns("SPB_RR_SYS/MDL/PULSE_PATTERN_DECODER")
    with write(raw / "RAW-R0001-DA05-S00000.h5", patterns, TRAINS) as file:
        control = file[f"CONTROL/{patterns.device_id}"]
        ids = np.zeros((TRAINS, 2700), "i4")
        ids[:, :32] = 200 + 8 * np.arange(32)
        for node in ("maindump", "sase1"):
            control[f"{node}/pulseIds/value"][:] = ids
            control[f"{node}/nPulses/value"][:] = 32
    scantool = Scantool("SPB_EXP/MDL/KARABACON")
    with write(raw / "RAW-R0001-DA06-S00000.h5", scantool, TRAINS) as file:
        file[f"CONTROL/{scantool.device_id}/isMoving/value"][:] = 1
    for number in (0, 1):
        source = f"{JUNGFRAU}/DET/JNGFR0{number + 1}"
        for folder, prefix, is_raw in ((raw, "RAW", True), (proc, "CORR", False)):
            device = JUNGFRAUModule(source, raw=is_raw)
            path = folder / f"{prefix}-R0001-JNGFR0{number + 1}-S00000.h5"
            with write(path, device, 2) as file:
                adc = file[f"INSTRUMENT/{source}:daqOutput/data/adc"]
                adc[:2] = rng.integers(0, 1000, (2, 16, 512, 1024)).astype(adc.dtype)
        source = f"{LPD}/DET/{number}CH0"
        device = LPDModule(source, raw=False, frames_per_train=2)
        with write(proc / f"CORR-R0001-LPD{number:02}-S00000.h5", device, DETECTOR_TRAINS) as file:
            data = file[f"INSTRUMENT/{source}:xtdf/image/data"]
            data[:] = rng.normal(10, 1, data.shape)
        source = f"{AGIPD}/DET/{number}CH0"
        device = AGIPDModule(source, raw=False, frames_per_train=2)
        path = proc / f"CORR-R0001-AGIPD{number:02}-S00000.h5"
        with write(path, device, DETECTOR_TRAINS) as file:
            data = file[f"INSTRUMENT/{source}:xtdf/image/data"]
            data[:] = rng.normal(5, 1, data.shape)
