"""Quoted dependencies under `from __future__ import annotations`."""

from __future__ import annotations

from damnit_ctx import Variable


def test_quoted_annotations_are_read_as_dependencies():
    @Variable
    def f(run, a: "var#a", b: "var#b*" = None, n: int = 3): ...

    assert [(x.source, x.path) for x in f.arguments()] == [("var", "a"), ("var", "b*")]
