"""Classes of the file's own, dataclasses too."""
#: values = {"length": 5.0}

from __future__ import annotations

from dataclasses import dataclass

from damnit_ctx import Variable


@dataclass
class Vector:
    x: float
    y: float


@Variable
def length(run):
    v = Vector(3, 4)
    return (v.x**2 + v.y**2) ** 0.5
