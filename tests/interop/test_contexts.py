"""The corpus of context files through both programs, with the stated differences."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from damnit_daemon.launch.bundle import place_bundle
from damnit_daemon.launch.environment import user_environment
from damnit_daemon.paths import DamnitFolder

from ..corpus.conftest import evaluate
from ..corpus.expectations import Situation, load_situations
from .stated_differences import STATED_CONTEXTS

SITUATIONS = load_situations()


@pytest.fixture(scope="module")
def theirs(peer, tmp_path_factory) -> dict:
    out = tmp_path_factory.mktemp("theirs") / "found.json"
    return evaluate(peer.python, "peer_evaluate.py", out, peer.environment)


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("ours")
    environment = user_environment(os.environ, place_bundle(DamnitFolder(Path(folder))))
    return evaluate(sys.executable, "evaluate.py", folder / "found.json", environment)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
def test_context_file_gives_equal_results_or_a_stated_difference(
    situation: Situation, theirs, ours
):
    found = differences(theirs[situation.name], ours[situation.name])
    if situation.name.startswith("cell_wrong"):  # of what a Cell does not take; in other words
        found.pop("errors", None)
    if situation.differs:
        assert situation.differs in STATED_CONTEXTS
        assert found, "this is stated to differ, and does not"
    else:
        assert found == {}


def test_each_stated_difference_has_a_context_file():
    assert {s.differs for s in SITUATIONS if s.differs} == set(STATED_CONTEXTS)


def differences(theirs: dict, ours: dict) -> dict[str, object]:
    """In what they differ: a fact → what each says of it."""
    if theirs["loads"] != ours["loads"]:
        return {"loads": (theirs.get("problem"), ours["problems"])}
    if not theirs["loads"]:
        return {}
    if "ends" in theirs:
        return {"ends": theirs["ends"]}
    found = {}
    for fact in ("titles", "tags", "values"):
        mine = {n: sorted(v) for n, v in ours[fact].items()} if fact == "tags" else ours[fact]
        if theirs[fact] != mine:
            found[fact] = (theirs[fact], mine)
    for fact in ("proc", "cluster", "transient"):
        if sorted(theirs[fact]) != sorted(ours[fact]):
            found[fact] = (theirs[fact], ours[fact])
    errors = _without_own_words(theirs["errors"]), _without_own_words(ours["errors"])
    if errors[0] != errors[1]:
        found["errors"] = errors
    return found


def _without_own_words(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """Errors without the messages that either program makes up for what a `Cell` cannot hold."""
    return {
        name: [kind, "" if kind == "TypeError" else text] for name, (kind, text) in errors.items()
    }
