"""Transient errors: locks, missing descriptors and input/output errors of the disk."""

from __future__ import annotations

import errno
import time

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.hdf5 import write_error_fragment
from damnit_daemon.model import RunKey
from damnit_daemon.services.combiner import Combiner
from tests.conftest import default
from tests.daemon.builders import cells, make_damnit_folder
from tests.faults.injector import OPERATIONS, Injector, can_compile

pytestmark = pytest.mark.skipif(not can_compile(), reason="there is no C compiler")

KEY = RunKey(1234, 1)
FAULTS = [
    ("lock", errno.ENOLCK), ("open to read", errno.EMFILE), ("open to read", errno.ENFILE),
    ("open to read", errno.EIO), ("open to read", errno.ESTALE), ("read", errno.EIO),
    ("read", errno.ETIMEDOUT),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "error"), default(FAULTS))
def test_healthy_fragment_is_never_set_aside_for_a_transient_error(
    tmp_path, monkeypatch, operation, error
):
    folder = make_damnit_folder(tmp_path / "amore")
    path = write_error_fragment(folder.path, KEY, "a", "no", "ValueError", computed_at=time.time())
    injector = Injector(tmp_path, folder.extracted_data)
    for name, value in injector.environment.items():
        monkeypatch.setenv(name, value)
    injector.fail(OPERATIONS[operation], 0, error, length=10_000)
    combiner = Combiner(folder)
    try:
        try:
            combined = combiner.sweep()
        except DamnitError:
            combined = None
        assert injector.injected
        assert path.exists()
        assert not (folder.extracted_data / "broken").exists()
        assert combined is None or (combined.broken, combined.runs) == ([], 0)
        injector.count(0)
        assert combiner.sweep().saved in ([(KEY, ["a"])], [])
    finally:
        combiner.close()
    assert cells(folder) == {"a": ("ValueError", "no")}
    assert list(folder.fragments()) == []
