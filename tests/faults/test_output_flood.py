"""A variable that prints 200 MB."""

from __future__ import annotations

import resource
import time

import pytest

from damnit_daemon.launch import Limits
from damnit_daemon.model import RunKey
from damnit_daemon.services.extraction import extract
from tests.daemon.builders import cells, keys, make_damnit_folder

CONTEXT = """
import sys
@Variable
def loud(run):
    block = "0123456789" * 10 + "\\n"
    for _ in range(200):
        sys.stdout.write(block * 9_901)
    print("the very end")
    return 1
@Variable
def failing(run, x: "var#loud"):
    raise ValueError("after the flood")
"""


@pytest.mark.extended
def test_log_of_200_mb_of_output_is_truncated_without_blocking(tmp_path):
    folder = make_damnit_folder(tmp_path / "amore", CONTEXT)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    assert extract(folder, keys(1), mock=True).ok
    assert time.monotonic() - began < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    assert cells(folder)["loud"] == 1
    log = folder.log_file(RunKey(1234, 1))
    assert 50_000_000 < log.stat().st_size < 50_200_000
    with log.open("rb") as file:
        file.seek(-70_000, 2)
        end = file.read().decode()
    assert "MB omitted: more than 50 MB printed" in end
    assert "the very end" in end
    assert "after the flood" in end


@pytest.mark.extended
def test_log_limit_applies_to_each_job_separately(tmp_path):
    folder = make_damnit_folder(tmp_path / "amore", CONTEXT.replace("range(200)", "range(1)"))
    limits = Limits(log_bytes=100_000)
    extract(folder, keys(1), mock=True, limits=limits)
    extract(folder, keys(1), mock=True, limits=limits)
    text = folder.log_file(RunKey(1234, 1)).read_text()
    assert text.count("----- Processing r1 (p1234)") == 2
    assert text.count("omitted") == 2
