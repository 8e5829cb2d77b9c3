"""User-defined keys in the settings."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_tui.keymap import KEYS
from damnit_tui.keymap.user_keymap import with_own_keys
from damnit_tui.state.settings import load_settings


def of(id, own):
    keys, problems = with_own_keys(KEYS, own)
    return next(key for key in keys if key.id == id), problems


@pytest.mark.parametrize(
    ("written", "keys", "shown"),
    [
        ("ctrl+g", "ctrl+g", "ctrl-g"),
        ("ctrl-g", "ctrl+g", "ctrl-g"),
        ("f3, &", "f3,ampersand", "f3 &"),
        ("ampersand", "ampersand", "&"),
        ("ctrl+f5", "ctrl+f5", "ctrl-f5"),
        ("ä", "ä", "ä"),
        ("", "", ""),
    ],
)
def test_user_key_replaces_the_default_key(written, keys, shown):
    key, problems = of("runs.filter", {"runs.filter": written})
    assert (key.keys, key.shown, problems) == (keys, shown, ())


def test_invalid_user_keys_are_reported_and_ignored():
    key, problems = of("runs.filter", {"runs.filter": "ctrl+nothing", "runs.filtre": "f3"})
    assert key.keys == "slash"
    assert problems == (
        "Unknown key id 'runs.filtre'. Did you mean runs.filter?",
        "runs.filter: unknown key 'ctrl+nothing'.",
    )


def test_user_key_is_taken_from_the_action_that_had_it():
    key, problems = of("runs.sort", {"runs.filter": "s"})
    assert key.keys == ""
    assert problems == ("s now runs runs.filter instead of runs.sort.",)
    # Where the other cannot be pressed at the same time, both keep it.
    assert of("dialog.close", {"runs.filter": "q"})[0].keys == "escape,q,enter"


@pytest.mark.parametrize(
    ("own", "rows"),
    [
        ({"table.down": "s"}, [("s", "next row"), ("↑", "previous row")]),
        ({"table.up": "w"}, [("↓", "next row"), ("w", "previous row")]),
        ({"runs.notes": "j"}, [("↓", "next row"), ("↑", "previous row")]),
        ({"runs.notes": "f9"}, [("↓/↑ j/k", ""), ("", "previous row")]),
    ],
)
def test_keys_of_a_changed_pair_are_listed_apart(own, rows):
    for id, (shown, text) in zip(("table.down", "table.up"), rows, strict=True):
        key, _ = of(id, own)
        assert key.shown.lower() == shown
        assert not text or (key.text, key.both) == (text, "")


def test_second_key_of_a_pair_follows_the_first():
    for first, second in pairwise(KEYS):
        if first.both:
            assert (second.owner, second.shown) == (first.owner, ""), first.id


@given(st.dictionaries(st.sampled_from([key.id for key in KEYS]), st.text(max_size=12)))
def test_any_text_as_user_key_is_accepted_or_reported(own):
    keys, _ = with_own_keys(KEYS, own)
    assert [key.id for key in keys] == [key.id for key in KEYS]


@pytest.mark.parametrize(
    ("text", "keys", "problem"),
    [
        ("[keys]\n'runs.filter' = 'f3'", {"runs.filter": "f3"}, ""),
        ("[keys]\nruns.filter = ['f3', 'f4']", {"runs.filter": "f3,f4"}, ""),
        ("[keys]\nruns.filter = 3", {}, "keys.runs.filter must be a string"),
        ("[keys]\nruns.filter = [3]", {}, "keys.runs.filter must be a string"),
        ("keys = 3", {}, ""),
        ("[keyz]", {}, "unknown setting 'keyz'"),
        ("[keys", {}, "settings.toml: "),
        ("theme = 3", {}, "theme must be a string"),
    ],
)
def test_settings_are_read_except_for_invalid_entries(tmp_path, text, keys, problem):
    (tmp_path / "settings.toml").write_text(text)
    found = load_settings(tmp_path)
    assert found.keys == keys
    assert problem in " ".join(found.problems)
    assert bool(problem) == bool(found.problems)


def test_missing_or_unreadable_settings_do_not_crash(tmp_path):
    assert load_settings(tmp_path).problems == ()
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe")
    assert "Cannot read" in load_settings(tmp_path).problems[0]
