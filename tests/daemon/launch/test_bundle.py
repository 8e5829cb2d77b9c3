"""The bundle of runner modules for the user's Python."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.launch.bundle import place_bundle, runner_files, zip_bytes
from damnit_daemon.paths import DamnitFolder


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "amore"
    path.mkdir(mode=0o750)
    path.chmod(0o750)
    return DamnitFolder(path)


def names(path):
    return set(zipfile.ZipFile(path).namelist())


def test_bundle_contains_only_the_runner(folder):
    found = names(place_bundle(folder).runner)
    assert {
        "context_file.py",
        "damnit_ctx.py",
        "damnit_daemon/__init__.py",
        "damnit_daemon/runner/__main__.py",
        "damnit_daemon/runner/protocol.py",
    } <= found
    assert not [
        n
        for n in found
        if not n.startswith(
            (
                "__main__",
                "context_file.py",
                "damnit_ctx",
                "damnit_daemon/runner/",
                "damnit_daemon/__init__",
            )
        )
    ]


def test_fallback_bundle_is_h5netcdf_without_its_tests(folder):
    found = names(place_bundle(folder).fallback)
    assert {"h5netcdf/__init__.py", "h5netcdf/core.py"} <= found
    assert not [n for n in found if "test" in n]


def test_bundles_of_equal_contents_have_equal_bytes():
    files = {"b.py": b"2", "a.py": b"1"}
    assert zip_bytes(files) == zip_bytes(dict(reversed(files.items())))


def test_existing_bundle_is_not_rewritten(folder):
    first = place_bundle(folder).runner
    before = first.stat()
    again = place_bundle(folder).runner
    assert (again, again.stat().st_ino, again.stat().st_mtime_ns) == (
        first,
        before.st_ino,
        before.st_mtime_ns,
    )
    assert {p.suffix for p in folder.internals.iterdir()} == {".zip"}


def test_damaged_bundle_is_replaced(folder):
    path = place_bundle(folder).runner
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert place_bundle(folder).runner.read_bytes() == whole


def test_bundle_gets_permissions_of_folder(folder):
    path = place_bundle(folder).runner
    assert stat.S_IMODE(folder.internals.stat().st_mode) == 0o750
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_bundle_goes_to_cache_when_its_folder_cannot_be_created(folder, tmp_path):
    folder.internals.write_text("a file where the directory should be")
    cache = tmp_path / "cache"
    bundle = place_bundle(folder, cache=cache)
    assert bundle.runner.parent == cache
    assert bundle.fallback.parent == cache


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_bundle_goes_to_cache_when_folder_is_read_only(folder, tmp_path):
    folder.path.chmod(0o550)
    assert place_bundle(folder, cache=tmp_path / "cache").runner.parent == tmp_path / "cache"


def test_bundle_fails_with_reason_when_folder_and_cache_are_unwritable(folder, tmp_path):
    folder.internals.write_text("")
    (tmp_path / "cache").write_text("")
    with pytest.raises(DamnitError, match="Cannot write the runner to"):
        place_bundle(folder, cache=tmp_path / "cache")


def test_damnit_ctx_is_imported_from_bundle(folder):
    bundle = place_bundle(folder)
    code = (
        f"import sys; sys.path.insert(0, {str(bundle.runner)!r}); import damnit_ctx, "
        "damnit_daemon.runner.protocol as p; print(damnit_ctx.__file__, p.__file__)"
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.count(str(bundle.runner)) == 2


def test_bundle_contains_every_runner_module():
    from damnit_daemon.launch.bundle import PACKAGE

    assert len([n for n in runner_files() if "/runner/" in n]) == len(
        list(PACKAGE.glob("runner/*.py"))
    )
