"""Postponed annotations: the quotes are part of the text."""
#: values = {"one": 1, "two": 2}
#: differs = "annotations"

from __future__ import annotations

from damnit_ctx import Variable


@Variable
def one(run) -> int:
    return 1


@Variable
def two(run, one: "var#one", offset: int = 1) -> int:
    return one + offset
