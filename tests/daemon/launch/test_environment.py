"""What the user's Python sees of our environment."""

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
def test_dropped(name):
    assert name not in user_environment({name: "x"}, BUNDLE)


def test_the_rest_is_kept():
    kept = user_environment({"SLURM_JOB_ID": "7", "HOME": "/home/u"}, BUNDLE)
    assert (kept["SLURM_JOB_ID"], kept["HOME"]) == ("7", "/home/u")


def test_the_bundle_comes_first_then_the_users_own_path():
    kept = user_environment({"PYTHONPATH": "/a::/c"}, BUNDLE)
    assert kept["PYTHONPATH"] == "/b/runner-1.zip:/a:/c"


def test_our_modules_do_not_leak_through_the_path():
    ours = Path(sys.prefix) / "lib" / "python" / "site-packages"
    source = Path(__file__).parents[3] / "src"
    kept = user_environment({"PYTHONPATH": f"{ours}:/mine:{source}"}, BUNDLE)
    assert kept["PYTHONPATH"] == "/b/runner-1.zip:/mine"


def test_h5netcdf_is_a_fallback_only():
    kept = user_environment({}, BUNDLE)
    assert kept["DAMNIT_FALLBACK_PATH"] == "/b/h5netcdf-1.zip"
    assert "h5netcdf" not in kept["PYTHONPATH"]


def test_plots_need_no_display():
    assert user_environment({"MPLBACKEND": "QtAgg"}, BUNDLE)["MPLBACKEND"] == "Agg"
