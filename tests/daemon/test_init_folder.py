"""Creation of a DAMNIT folder."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.init_folder import create_folder, instrument_of, starting_context
from damnit_daemon.model import VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.services.extraction import extract
from damnit_daemon.store import Database, add_user_variable, load_settings, load_variables

from .builders import cells, keys, make_damnit_folder


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o2770)
    return DamnitFolder(tmp_path / "usr" / "Shared" / "amore")


def test_create_folder_makes_database_and_context_file_once(folder):
    first = create_folder(folder, 1234)
    assert (first.database, first.context_file) == (True, True)
    folder.context_file.write_text("# mine\n")
    again = create_folder(folder, 99)
    assert (again.database, again.context_file) == (False, False)
    assert folder.context_file.read_text() == "# mine\n"
    with Database(folder.database).reading() as con:
        assert load_settings(con)["proposal"] == 1234


def test_new_folder_gets_permissions_of_parent_folder(folder):
    create_folder(folder, 1234)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o2770
    assert stat.S_IMODE(folder.context_file.stat().st_mode) == 0o660
    assert stat.S_IMODE(folder.database.stat().st_mode) == 0o660


@pytest.mark.extended
def test_starting_context_file_can_be_extracted(folder):
    create_folder(folder, 1234, context_python=Path(sys.executable))
    assert folder.context_file.read_text() == starting_context()
    assert extract(folder, keys(1), mock=True).ok
    assert cells(folder) == {"n_trains": 10}


def test_create_folder_like_another_copies_context_file_and_user_variables(folder, tmp_path):
    source = make_damnit_folder(tmp_path / "source", "# theirs\n")
    with Database(source.database).writing() as con:
        add_user_variable(con, VariableInfo("grade", "Grade", "1 to 5", "integer"))
    assert create_folder(folder, 1234, like=source).user_variables == 1
    assert "# theirs" in folder.context_file.read_text()
    with Database(folder.database).reading() as con:
        assert [v.name for v in load_variables(con)] == ["grade"]
    assert create_folder(folder, 1234, like=source).user_variables == 0


def test_create_folder_refuses_to_replace_context_file(folder, tmp_path):
    create_folder(folder, 1234)
    with pytest.raises(DamnitError, match="exists already"):
        create_folder(folder, 1234, context="# other\n")


def test_create_folder_with_missing_context_file_creates_no_folder(folder, tmp_path):
    with pytest.raises(DamnitError, match="cannot be read"):
        create_folder(folder, 1234, context=tmp_path / "gone.py")
    assert not folder.path.exists()


def test_starting_context_file_names_gas_monitor_of_instrument(tmp_path):
    folder = DamnitFolder(tmp_path / "SQS" / "202601" / "p001234" / "usr" / "Shared" / "amore")
    assert instrument_of(folder) == "SQS"
    create_folder(folder, 1234)
    assert "SA3_XTD10_XGM/XGM/DOOCS" in folder.context_file.read_text()
    assert instrument_of(DamnitFolder(tmp_path)) == ""
