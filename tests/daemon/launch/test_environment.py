"""Environment variables of the user's Python."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from damnit_daemon.launch import Bundle, user_environment

BUNDLE = Bundle(Path("/b/runner-1.zip"), Path("/b/h5netcdf-1.zip"))


@pytest.mark.parametrize(
    "name",
    [
        "PYTHONHOME",
        "LD_PRELOAD",
        "DISPLAY",
        "SLURM_ARRAY_TASK_ID",
        "SLURM_ARRAY_JOB_ID",
        "PYTHONSTARTUP",
    ],
)
def test_environment_drops_variables_of_the_daemon(name):
    assert name not in user_environment({name: "x"}, BUNDLE)


def test_environment_keeps_other_variables():
    kept = user_environment({"SLURM_JOB_ID": "7", "HOME": "/home/u"}, BUNDLE)
    assert (kept["SLURM_JOB_ID"], kept["HOME"]) == ("7", "/home/u")


def test_python_path_has_bundle_first_then_entries_of_user():
    kept = user_environment({"PYTHONPATH": "/a::/c"}, BUNDLE)
    assert kept["PYTHONPATH"] == "/b/runner-1.zip:/a:/c"


def test_python_path_drops_entries_of_the_daemon():
    ours = Path(sys.prefix) / "lib" / "python" / "site-packages"
    source = Path(__file__).parents[3] / "src"
    kept = user_environment({"PYTHONPATH": f"{ours}:/mine:{source}"}, BUNDLE)
    assert kept["PYTHONPATH"] == "/b/runner-1.zip:/mine"


def test_h5netcdf_bundle_is_not_in_python_path():
    kept = user_environment({}, BUNDLE)
    assert kept["DAMNIT_FALLBACK_PATH"] == "/b/h5netcdf-1.zip"
    assert "h5netcdf" not in kept["PYTHONPATH"]


def test_matplotlib_backend_is_agg():
    assert user_environment({"MPLBACKEND": "QtAgg"}, BUNDLE)["MPLBACKEND"] == "Agg"
