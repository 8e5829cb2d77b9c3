"""`kill -9` of the program in the middle of an extraction."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from damnit_daemon.combine import combine_folder
from damnit_daemon.services.extraction import extract
from tests.daemon.builders import cells, keys, make_damnit_folder
from tests.processes import is_running

CONTEXT = """
import os, time
@Variable
def early(run):
    return 1
@Variable
def endless(run, e: "var#early"):
    print("pid", os.getpid(), flush=True)
    time.sleep(100)
"""


@pytest.mark.extended
def test_killed_extraction_leaves_no_process_and_keeps_its_fragments(tmp_path):
    folder = make_damnit_folder(tmp_path / "amore", CONTEXT)
    program = subprocess.Popen(
        [sys.executable, "-c", "from damnit_daemon.cli import main; main()",
         "reprocess", "1", "--direct", "--mock"],
        cwd=folder.path, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for line in program.stdout:
        if "| pid" in line:
            child = int(line.split()[-1])
            break
    program.kill()
    program.wait()
    program.stdout.close()
    deadline = time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(child)

    combine_folder(folder)
    assert cells(folder) == {"early": 1}
    folder.context_file.write_text(CONTEXT.replace("time.sleep(100)", "return 2").replace(
        "\nimport os", "from damnit_ctx import Variable\nimport os"))  # fmt: skip
    assert extract(folder, keys(1), mock=True).ok
    assert cells(folder) == {"early": 1, "endless": 2}
