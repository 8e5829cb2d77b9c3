"""The external editor: real programs and their failures."""

from contextlib import contextmanager

import pytest

from damnit_daemon.errors import DamnitError
from damnit_tui.context_editor.external import edit_elsewhere


@pytest.fixture
def editor(tmp_path, monkeypatch):
    monkeypatch.delenv("VISUAL", raising=False)

    def use(script, name="my editor"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("EDITOR", f"'{path}' --flag")

    return use


def edit(text="one\n", row=1):
    steps = []

    @contextmanager
    def terminal():  # as Textual's: of what is raised while it is lent it does not come back
        steps.append("lent")
        yield
        steps.append("back")

    try:
        return edit_elsewhere(text, row, terminal())
    finally:
        assert steps in ([], ["lent", "back"])


def test_external_editor_returns_the_saved_text(editor):
    editor('test "$1" = --flag && printf "zwölf\\n" >> "$2"')
    assert edit() == "one\nzwölf\n"


def test_external_editor_opens_at_the_given_line(editor):
    editor('printf "%s" "$2" > "$3"', name="vim")
    assert edit(row=12) == "+12"


def test_external_editor_without_saving_leaves_the_text_unchanged(editor):
    editor("exit 1")
    assert edit() == "one\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('rm "$2"', "Cannot read the edited file: No such file"),
        ('printf "\\377" > "$2"', "not valid UTF-8"),
    ],
)
def test_external_editor_result_that_cannot_be_read_is_an_error(editor, script, said):
    editor(script)
    with pytest.raises(DamnitError, match=said):
        edit()


@pytest.mark.parametrize(
    ("set_to", "said"),
    [("no-such-editor", "Cannot start no-such-editor"), ("vi 'x", "Cannot parse EDITOR")],
)
def test_external_editor_that_does_not_start_is_an_error(monkeypatch, set_to, said):
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", set_to)
    with pytest.raises(DamnitError, match=said):
        edit()
