"""The combiner lock: one combiner per folder."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading

import pytest

from damnit_daemon.combine import CombinerBusy, combine_folder, combine_run
from damnit_daemon.combine.lock import combiner_lock
from damnit_daemon.errors import DamnitError

from ..hdf5.builders import KEY

HOLD = """
import sys
from pathlib import Path
from damnit_daemon.combine.lock import combiner_lock
from damnit_daemon.paths import DamnitFolder
with combiner_lock(DamnitFolder(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def other(folder):
    """Another process that has the lock."""
    command = [sys.executable, "-c", HOLD, str(folder.path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_busy_combiner_lock_names_the_process_that_holds_it(folder, fragment, other):
    file = fragment().value("v", 1)
    for combine in (
        lambda: combine_folder(folder),
        lambda: combine_run(folder, KEY, [file.path], lock_timeout_s=0.1),
    ):
        with pytest.raises(CombinerBusy, match=f"process {other.pid}, since 2"):
            combine()
    assert file.path.exists()


def test_combiner_lock_is_free_when_its_process_was_killed(folder, fragment, other):
    fragment().value("v", 1)
    other.kill()
    other.wait()
    assert combine_folder(folder).combined == [KEY]


def test_combiner_lock_is_waited_for_until_timeout(folder, fragment, other):
    fragment().value("v", 1)
    threading.Timer(0.2, other.kill).start()
    assert combine_folder(folder, lock_timeout_s=30).combined == [KEY]


def test_combiner_lock_excludes_other_threads(folder):
    with combiner_lock(folder):
        caught = []

        def try_it():
            try:
                combine_folder(folder)
            except CombinerBusy as error:
                caught.append(error)

        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
        assert f"this process ({os.getpid()})" in str(caught[0])
        # The failed attempt has not lost us the lock.
        done = subprocess.run(
            [sys.executable, "-c", HOLD, str(folder.path)],
            input="\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert "CombinerBusy" in done.stderr
    combine_folder(folder)


def test_combiner_lock_file_gets_permissions_of_folder(folder):
    folder.path.chmod(0o2770)
    combine_folder(folder)
    lock = folder.internals / "combine.lock"
    assert stat.S_IMODE(lock.stat().st_mode) == 0o660
    assert stat.S_IMODE(folder.internals.stat().st_mode) == 0o2770


def test_symlink_in_place_of_lock_file_is_not_followed(folder, tmp_path):
    private = tmp_path / "private"
    private.write_text("mine")
    folder.internals.mkdir()
    (folder.internals / "combine.lock").symlink_to(private)
    with pytest.raises(DamnitError, match=r"combine.lock cannot be written"):
        combine_folder(folder)
    assert private.read_text() == "mine"
