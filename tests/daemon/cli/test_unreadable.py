"""Commands in a folder without read permission."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

STRANGER = 54323
RIGHTS = "-dac_override,-dac_read_search"


@pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("setpriv") is None, reason="only root can give up its rights"
)
@pytest.mark.parametrize("command", [["jobs"], ["timings"], ["doctor"]])
def test_command_in_unreadable_folder_fails_without_traceback(tmp_path, command):
    private = tmp_path / "amore"
    private.mkdir()
    os.chown(private, STRANGER, STRANGER)
    private.chmod(0o700)
    done = subprocess.run(
        ["setpriv", f"--bounding-set={RIGHTS}", f"--inh-caps={RIGHTS}", sys.executable, "-m",
         "damnit_daemon.cli", "--in", str(private), *command],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode in (1, 2), done
    said = done.stdout + done.stderr
    assert "Permission denied" in said or "Cannot read" in said
    assert "Traceback" not in done.stderr
