"""Error fragments for variables whose process died."""

from __future__ import annotations

import stat

import h5py
import pytest

from damnit_daemon.hdf5 import ResultsDenied, ResultsFile, read_fragment, write_error_fragment
from damnit_daemon.paths import FRAGMENT_NAME, DamnitFolder

from .builders import KEY


def test_error_fragment_has_the_structure_of_fragments(tmp_path):
    path = write_error_fragment(
        tmp_path,
        KEY,
        "grp.v",
        "killed by signal 9",
        "ProcessDied",
        computed_at=5.0,
        duration_s=2.5,
        context_hash="0123456789abcdef",
    )
    assert FRAGMENT_NAME.fullmatch(path.name)
    assert list(DamnitFolder(tmp_path).fragments()) == [(KEY, path)]
    fragment = read_fragment(path, KEY)
    (value,) = fragment.values
    assert fragment.provenance == "context.py"
    assert value.name == "grp.v"
    assert value.attributes == {
        "error": "killed by signal 9",
        "error_cls": "ProcessDied",
        "computed_at": 5.0,
        "duration_s": 2.5,
        "context_hash": "0123456789abcdef",
    }
    with h5py.File(path) as file:
        assert set(file) == {".reduced", ".preview", ".errors"}


def test_error_fragment_in_unwritable_folder_is_refused(tmp_path):
    with pytest.raises(ResultsDenied):
        write_error_fragment(tmp_path / "gone", KEY, "v", "x", "E", computed_at=5.0)
    (tmp_path / "extracted_data").write_text("in the way")
    with pytest.raises(ResultsDenied):
        write_error_fragment(tmp_path, KEY, "v", "x", "E", computed_at=5.0)


@pytest.mark.parametrize("message", ["", "a\0b", "half \ud800 of a pair", "µ" * 100_000])
def test_error_fragment_accepts_any_message(tmp_path, message):
    path = write_error_fragment(tmp_path, KEY, "v", message, "E", computed_at=5.0)
    with ResultsFile(path) as file:
        found = file.error("v").message
    assert found.startswith(message[:1].replace("\0", ""))
    assert len(found) >= len(message)


@pytest.mark.parametrize(("folder_mode", "mode"), [(0o2770, 0o660), (0o777, 0o666), (0o750, 0o640)])
def test_error_fragment_gets_permissions_of_folder(tmp_path, folder_mode, mode):
    tmp_path.chmod(folder_mode)
    path = write_error_fragment(tmp_path, KEY, "v", "x", "E", computed_at=5.0)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert stat.S_IMODE(path.parent.stat().st_mode) == folder_mode
    assert [p.name for p in path.parent.iterdir()] == [path.name]
