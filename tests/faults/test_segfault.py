"""A variable that crashes the interpreter."""

from __future__ import annotations

import pytest

from damnit_daemon.model import RunKey
from damnit_daemon.services.extraction import extract
from tests.daemon.builders import cells, keys, make_damnit_folder


def test_segfault_in_a_variable_fails_its_cell_and_logs_the_traceback(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        import ctypes
        @Variable
        def a(run):
            return 1
        @Variable
        def crash(run, x: "var#a"):
            return ctypes.string_at(0)
        @Variable
        def b(run, x: "var#a"):
            return x + 1
        @Variable
        def c(run, x: "var#crash"):
            return 3
        """,
    )
    extract(folder, keys(1), mock=True)
    found = cells(folder)
    assert (found["a"], found["b"]) == (1, 2)
    assert found["crash"] == ("ProcessDied", "killed by signal 11 (SIGSEGV)")
    assert "killed by signal 11" in found["c"][1]
    log = folder.log_file(RunKey(1234, 1)).read_text()
    assert "Fatal Python error: Segmentation fault" in log
    assert "in crash" in log


@pytest.mark.extended
def test_segfault_while_the_context_file_loads_is_an_error(tmp_path):
    import pytest

    from damnit_daemon.errors import DamnitError

    folder = make_damnit_folder(tmp_path / "a", "import ctypes\nctypes.string_at(0)\n")
    with pytest.raises(DamnitError, match="SIGSEGV"):
        extract(folder, keys(1), mock=True)
