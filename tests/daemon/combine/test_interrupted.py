"""Interrupted combination: a later combiner finishes, without loss or torn files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from damnit_daemon.combine import combine_folder
from damnit_daemon.paths import DamnitFolder

from ..hdf5.builders import KEY
from .concurrent_reader import left, results, stored_values

COUNT = 40
ARRAY = xr.DataArray(np.arange(6.0), dims="x", coords={"x": list("abcdef")})

# What every child starts with, and what is to come of it in the end.
OLD = {"changed": 1, "kept": 5, "cleared": 3}
OLD_STORED = {"changed": 1, "kept": 5, "cleared": 3}
NEW_STORED = {"changed": 2, "kept": 5, "cleared": None, "added": 7, "array": "an array"}


def is_old(found):
    return found == OLD


def is_new(found):
    array = found.pop("array", None)
    expected = {"changed": 2, "kept": 5, "cleared": None, "added": 7}
    return found == expected and array is not None and array.identical(ARRAY)


@pytest.fixture
def killed(folder, fragment):
    """Copies of a folder in which a combiner was killed, and where."""
    fragment().value("changed", 1, at=1.0).value("kept", 5, at=1.0).value("cleared", 3, at=1.0)
    combine_folder(folder)
    fragment().value("changed", 2, at=2.0)
    fragment().error("cleared", "broke", at=2.0).value("added", 7, at=2.0)
    fragment().value("array", ARRAY, at=2.0, summary="an array")
    script = Path(__file__).with_name("killed.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder.path), str(COUNT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    places = done.stdout.splitlines()
    assert len(places) > COUNT
    return [
        (DamnitFolder(folder.path.with_name(f"{folder.path.name}-{i}")), place)
        for i, place in enumerate(places)
    ]


@pytest.mark.extended
def test_killed_combiner_leaves_old_or_new_file_and_next_finishes(killed):
    states = set()
    for folder, place in killed:
        fragments = sum(name.endswith(".ready.h5") for name in left(folder))
        file = "old" if is_old(found := results(folder)) else "new"
        assert file == "old" or is_new(found), place
        database = stored_values(folder)
        assert database in (OLD_STORED, NEW_STORED), place
        is_stored = database == NEW_STORED
        # Never is a fragment gone before both have its values.
        assert fragments == 3 or (file == "new" and is_stored), place
        states.add((file, is_stored, fragments))

        combine_folder(folder)
        assert is_new(results(folder)), place
        assert stored_values(folder) == NEW_STORED, place
        assert left(folder) == [folder.results_file(KEY).name], place
    # The points were spread well enough to meet each stage.
    assert {("old", False, 3), ("new", False, 3), ("new", True, 3), ("new", True, 1)} <= states


LIMITED = """
import resource, signal, sys
from pathlib import Path
from damnit_daemon.combine import combine_folder
from damnit_daemon.paths import DamnitFolder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder, limit = DamnitFolder(Path(sys.argv[1])), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
for _ in range(2):
    for key, error in combine_folder(folder).postponed:
        print(type(error).__name__, error, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
print(combine_folder(folder).combined)
"""


@pytest.mark.extended
@pytest.mark.parametrize("limit_bytes", [90_000, 300_000, 4_000_000])
def test_full_disk_leaves_results_file_and_fragments_unchanged(folder, fragment, limit_bytes):
    """A limit on the size of files stands for the disk: HDF5 meets either in the same way."""
    fragment().value("v", 1, at=1.0)
    combine_folder(folder)
    before = folder.results_file(KEY).read_bytes()
    file = fragment().value("v", np.random.rand(500_000), at=2.0, summary="big")
    file.value("w", 1, at=2.0)
    code = LIMITED.replace(
        "print(combine_folder",
        "assert folder.results_file((1234, 7)).read_bytes() == Path(sys.argv[3]).read_bytes()\n"
        "assert sum(1 for _ in folder.extracted_data.iterdir()) == 2\nprint(combine_folder",
    )
    copy = folder.path / "before"
    copy.write_bytes(before)
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder.path), str(limit_bytes), str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second, last = done.stdout.splitlines()
    assert first == second
    assert first.startswith("ResultsDiskFull No space left to write")
    assert last == f"[{KEY!r}]"
    assert stored_values(folder) == {"v": "big", "w": 1}
    assert results(folder)["w"] == 1
    assert left(folder) == ["p1234_r7.h5"]
