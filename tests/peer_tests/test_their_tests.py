"""DAMNIT's own tests of context files, groups and pipelines, run against our `damnit_ctx`.

`DAMNIT_CHECKOUT` names a checkout of its repository (its archives on PyPI have no tests); the
files are copied to a temporary folder and run there, with `shim/` in place of its conftest.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .deliberate import DELIBERATE, THEIRS

SHIM = Path(__file__).parent / "shim"


@pytest.fixture
def their_tests() -> Path:
    found = os.environ.get("DAMNIT_CHECKOUT", "")
    if not (Path(found) / "tests/test_pipeline.py").is_file():
        pytest.skip("DAMNIT_CHECKOUT names no checkout of DAMNIT with its tests")
    return Path(found) / "tests"


def test_tests_of_damnit_fail_only_for_deliberate_differences(their_tests, tmp_path):
    shutil.copy(SHIM / "conftest_of_theirs.py", tmp_path / "conftest.py")
    shutil.copy(SHIM / "peer_tests_shim.py", tmp_path)
    for name in [*THEIRS, "conftest.py"]:
        text = re.sub(r"(?m)^from \.helpers", "from helpers", (their_tests / name).read_text())
        (tmp_path / name.replace("conftest", "their_conftest")).write_text(text)
    found: dict[str, list[str]] = {"passed": [], "failed": [], "error": []}
    for name, chosen in THEIRS.items():
        report = tmp_path / "report.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir"]
        command += [str(tmp_path), name, *(["-k", chosen] if chosen else [])]
        environment = {**os.environ, "PEER_TESTS_REPORT": str(report), "PYTHONPATH": str(tmp_path)}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert report.is_file(), done.stdout
        for outcome in found:
            found[outcome] += json.loads(report.read_text())[outcome]
        report.unlink()
    print(f"{len(found['passed'])} of DAMNIT's tests pass, {len(found['failed'])} do not")
    assert found["error"] == []
    assert set(found["failed"]) == set(DELIBERATE)
    assert len(found["passed"]) >= 60
