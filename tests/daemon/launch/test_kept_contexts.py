"""Earlier context files, kept with their modules."""

from __future__ import annotations

import json
import os

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.launch import find_kept_context, keep_context, kept_contexts, open_kept_context
from damnit_daemon.model import RunKey, StoredValue
from damnit_daemon.runner.local_imports import digest
from damnit_daemon.runner.protocol import ContextLoaded, VariableMeta
from tests.daemon.builders import make_damnit_folder

KEY = RunKey(1234, 1)


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(tmp_path / "amore", "import helper\n")


def load(folder, *, context=None, helper="A = 1\n", fingerprint="0" * 16):
    """Write the files, and return what the runner would report."""
    if context is not None:
        folder.context_file.write_text(context)
    path = folder.path / "helper.py"
    path.write_text(helper)
    return ContextLoaded(
        [VariableMeta("a", "a", fingerprint=fingerprint)],
        [],
        digest(folder.context_file.read_bytes()),
        helpers={"helper.py": digest(path.read_bytes())},
    )


def value(loaded):
    attributes = {
        "context_hash": loaded.context_hash,
        "fingerprint": loaded.variables[0].fingerprint,
    }
    return StoredValue(KEY, "a", 1, 0.0, attributes_json=json.dumps(attributes))


def kept(folder):
    return sorted(path.name for path in (folder.internals / "contexts").iterdir())


def test_file_and_modules_are_found_again_after_both_have_changed(folder):
    first = load(folder)
    keep_context(folder, first)
    keep_context(folder, load(folder, helper="A = 2\n", fingerprint="1" * 16))
    keep_context(folder, load(folder, context="import helper, os\n", helper="A = 3\n"))
    assert len(kept(folder)) == 3
    found = find_kept_context(folder, value(first))
    assert (found.folder / "helper.py").read_text() == "A = 1\n"
    assert open_kept_context(folder, found.id) == found


def test_file_that_changed_since_it_was_loaded_is_not_kept(folder):
    loaded = load(folder)
    (folder.path / "helper.py").write_text("A = 2\n")
    keep_context(folder, loaded)
    assert kept(folder) == []
    assert find_kept_context(folder, value(loaded)) is None


def test_changed_copy_is_refused(folder):
    loaded = load(folder)
    keep_context(folder, loaded)
    found = find_kept_context(folder, value(loaded))
    (found.folder / "helper.py").write_text("A = 9\n")
    assert find_kept_context(folder, value(loaded)) is None
    with pytest.raises(DamnitError, match="no longer kept"):
        open_kept_context(folder, found.id)


@pytest.mark.parametrize("helper", ["../outside.py", "/etc/hostname"])
def test_modules_outside_the_folder_are_not_copied(folder, helper):
    loaded = load(folder)
    (folder.path.parent / "outside.py").write_text("A = 1\n")
    loaded.helpers[helper] = digest((folder.path / helper).read_bytes())
    keep_context(folder, loaded)
    assert kept(folder) == []


def test_only_the_last_used_are_kept(folder, monkeypatch):
    monkeypatch.setattr(kept_contexts, "MOST_KEPT", 3)
    first = load(folder)
    keep_context(folder, first)
    name = find_kept_context(folder, value(first)).id
    hashes = [first.context_hash]
    for number in range(1, 6):
        loaded = load(folder, context=f"import helper\n# {number}\n")
        hashes.append(loaded.context_hash)
        keep_context(folder, loaded)
        for path in (folder.internals / "contexts").glob(f"{loaded.context_hash}*"):
            os.utime(path, (number, number))  # the order in which they were used
        open_kept_context(folder, name)
    assert {name[:16] for name in kept(folder)} == {hashes[number] for number in (0, 4, 5)}


def test_read_only_folder_costs_nothing(folder):
    (folder.internals).mkdir(exist_ok=True)
    (folder.internals / "contexts").write_text("")  # a file: nothing can be written below
    keep_context(folder, load(folder))
    assert find_kept_context(folder, value(load(folder))) is None
