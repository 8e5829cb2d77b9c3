"""The extractor's resident runner and its replacement."""

from __future__ import annotations

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.services.context import ContextUnusable
from damnit_daemon.services.extractor import Extractor
from tests.daemon.builders import make_damnit_folder

GOOD = "@Variable\ndef a(run):\n    return 1\n"


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(tmp_path / "amore", GOOD)


@pytest.fixture
def extractor(folder):
    extractor = Extractor(folder)
    yield extractor
    extractor.close()


@pytest.mark.extended
def test_runner_is_kept_while_context_file_is_unchanged(extractor, folder):
    first = extractor.refresh()
    assert extractor.refresh() is first
    folder.context_file.write_text(folder.context_file.read_text() + "\n# changed\n")
    assert extractor.refresh() is not first


@pytest.mark.extended
def test_changed_helper_module_replaces_runner(extractor, folder):
    (folder.path / "helpers.py").write_text("X = 1\n")
    text = folder.context_file.read_text()
    folder.context_file.write_text(
        f"import helpers\n{text.replace('return 1', 'return helpers.X')}"
    )
    first = extractor.refresh()
    assert "helpers.py" in first.helpers
    assert extractor.refresh() is first
    (folder.path / "helpers.py").write_text("X = 2\n")
    second = extractor.refresh()
    assert second is not first
    (before,), (after,) = ([v.fingerprint for v in each.variables] for each in (first, second))
    assert before != after
    assert second.context_hash == first.context_hash


@pytest.mark.extended
@pytest.mark.parametrize(
    ("broken", "kind"),
    [("import os; os._exit(3)", DamnitError), ("raise ValueError", ContextUnusable)],
)
def test_fixed_context_file_is_loaded_again(extractor, folder, broken, kind):
    good = folder.context_file.read_text()
    folder.context_file.write_text(good + broken + "\n")
    for _ in range(2):
        with pytest.raises(kind):
            extractor.refresh()
    folder.context_file.write_text(good)
    assert [v.name for v in extractor.refresh().variables] == ["a"]


@pytest.mark.extended
def test_unchanged_broken_context_file_is_refused_again(extractor, folder):
    good = folder.context_file.read_text()
    folder.context_file.write_text(good + "raise ValueError\n")
    with pytest.raises(ContextUnusable):
        extractor.refresh()
    with pytest.raises(ContextUnusable):
        extractor.context()
