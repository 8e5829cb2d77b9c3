"""`os._exit` in a variable, with any exit code."""

from __future__ import annotations

import pytest

from damnit_daemon.services.extraction import extract
from tests.daemon.builders import cells, keys, make_damnit_folder


@pytest.mark.extended
@pytest.mark.parametrize("code", [0, 1, 255])
def test_os_exit_in_a_variable_fails_only_that_variable(tmp_path, code):
    folder = make_damnit_folder(
        tmp_path / "amore",
        f"""
        import os
        @Variable
        def a(run):
            return 1
        @Variable
        def gone(run):
            os._exit({code})
        @Variable
        def z(run):
            return 3
        """,
    )
    report = extract(folder, keys(1), mock=True)
    assert report.runs[0].failure == ""
    assert cells(folder) == {
        "a": 1,
        "gone": ("ProcessDied", f"ended the process with exit code {code} (os._exit)"),
        "z": 3,
    }


@pytest.mark.extended
def test_os_exit_in_every_variable_fails_each_of_them(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        "import os\n" + "".join(f"@Variable\ndef v{i}(run):\n    os._exit(1)\n" for i in range(12)),
    )
    report = extract(folder, keys(1), mock=True)
    assert report.runs[0].count("failed") == 12
    assert {cell[0] for cell in cells(folder).values()} == {"ProcessDied"}
