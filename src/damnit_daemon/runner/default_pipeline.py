"""The pipelines a context file registers by `Pipeline.default` and `set_default`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from .variable import Variable


class RegisteredPipeline(Protocol):
    """A `Pipeline`, which depends on this module because it reads context files."""

    def collect(self) -> dict[str, Variable]:
        """Return its variables by name."""
        ...


@dataclass
class Registration:
    """The pipelines registered by one file."""

    added: RegisteredPipeline | None = None
    """Evaluated in addition to the file's globals."""
    instead: RegisteredPipeline | None = None
    """Evaluated instead of the file's globals."""


_reading: ContextVar[Registration | None] = ContextVar("damnit_reading", default=None)


@contextmanager
def listening() -> Iterator[Registration]:
    """Record registrations inside the block; nested reads of other files have their own."""
    registration = Registration()
    token = _reading.set(registration)
    try:
        yield registration
    finally:
        _reading.reset(token)


def current() -> Registration | None:
    """Return the registration of the file being executed; None outside of any."""
    return _reading.get()
