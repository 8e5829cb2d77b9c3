"""The extractor's runner: it stays as long as it fits, and no failure sticks to it."""

from __future__ import annotations

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.services.context import ContextUnusable
from damnit_daemon.services.extractor import Extractor
from tests.daemon.making import make_damnit_folder

GOOD = "@Variable\ndef a(run):\n    return 1\n"


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(tmp_path / "amore", GOOD)


@pytest.fixture
def extractor(folder):
    extractor = Extractor(folder)
    yield extractor
    extractor.close()


def test_the_runner_stays_while_the_file_is_the_same(extractor, folder):
    first = extractor.refresh()
    assert extractor.refresh() is first
    folder.context_file.write_text(folder.context_file.read_text() + "\n# changed\n")
    assert extractor.refresh() is not first


def test_it_does_not_outlive_a_change_of_a_module_beside_the_file(extractor, folder):
    helper = folder.path / "helper.py"
    helper.write_text("value = 1\n")
    text = folder.context_file.read_text()
    folder.context_file.write_text(
        text.replace("return 1", "import helper\n    return helper.value")
    )
    first = extractor.refresh()
    assert extractor.refresh() is first
    helper.write_text("value = 2\n")
    second = extractor.refresh()
    assert second is not first
    assert second.variables[0].fingerprint != first.variables[0].fingerprint
    helper.unlink()
    assert extractor.refresh() is not second


@pytest.mark.parametrize(
    ("broken", "kind"),
    [("import os; os._exit(3)", DamnitError), ("raise ValueError", ContextUnusable)],
)
def test_a_file_that_did_not_load_is_read_again_once_it_is_mended(extractor, folder, broken, kind):
    good = folder.context_file.read_text()
    folder.context_file.write_text(good + broken + "\n")
    for _ in range(2):
        with pytest.raises(kind):
            extractor.refresh()
    folder.context_file.write_text(good)
    assert [v.name for v in extractor.refresh().variables] == ["a"]


def test_the_same_broken_bytes_are_refused_again(extractor, folder):
    good = folder.context_file.read_text()
    folder.context_file.write_text(good + "raise ValueError\n")
    with pytest.raises(ContextUnusable):
        extractor.refresh()
    with pytest.raises(ContextUnusable):
        extractor.context()
