"""`from __future__ import annotations` turns `"var#a"` into `'var#a'` with quotes inside."""

from __future__ import annotations

from damnit_ctx import Variable


def test_quoted_annotations_are_read():
    @Variable
    def f(run, a: "var#a", b: "var#b*" = None, n: int = 3): ...

    assert [(x.source, x.path) for x in f.arguments()] == [("var", "a"), ("var", "b*")]
