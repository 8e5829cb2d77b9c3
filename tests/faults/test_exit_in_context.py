"""`sys.exit` in a context file or in a variable."""

from __future__ import annotations

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.services.extraction import extract
from tests.daemon.builders import cells, keys, make_damnit_folder


@pytest.mark.extended
@pytest.mark.parametrize("code", ["sys.exit(0)", "sys.exit('no beam today')", "raise SystemExit"])
def test_sys_exit_while_the_context_file_loads_is_an_error_with_its_line(tmp_path, code):
    folder = make_damnit_folder(tmp_path / "amore", f"import sys\n{code}\n")
    with pytest.raises(DamnitError, match=r"context\.py:3:1: .*calls sys.exit"):
        extract(folder, keys(1), mock=True)


def test_os_exit_while_the_context_file_loads_is_an_error_with_its_code(tmp_path):
    folder = make_damnit_folder(tmp_path / "a", "import os\nprint('going')\nos._exit(4)\n")
    with pytest.raises(DamnitError, match="ended with exit code 4 before"):
        extract(folder, keys(1), mock=True)


def test_sys_exit_in_a_variable_fails_only_that_variable(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        import sys
        @Variable
        def a(run):
            sys.exit("no beam today")
        @Variable
        def b(run):
            return 2
        """,
    )
    assert extract(folder, keys(1), mock=True).ok
    assert cells(folder) == {
        "a": ("SystemExit", "The function called sys.exit('no beam today')"),
        "b": 2,
    }
