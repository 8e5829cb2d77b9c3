"""What a context file says by `Pipeline.default` and `set_default` while it is executed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from damnit_ctx import Variable


class RegisteredPipeline(Protocol):
    """A `Pipeline`, which reads context files and so stands above this."""

    def collect(self) -> dict[str, Variable]:
        """Return its variables by name."""
        ...


@dataclass
class Registration:
    """What one file said."""

    added: RegisteredPipeline | None = None
    """Holds what is to be evaluated besides the file's globals."""
    instead: RegisteredPipeline | None = None
    """What is to be evaluated in place of them."""


_reading: ContextVar[Registration | None] = ContextVar("damnit_reading", default=None)


@contextmanager
def listening() -> Iterator[Registration]:
    """Hear what is said inside the block; a file that reads another does not hear that one."""
    said = Registration()
    token = _reading.set(said)
    try:
        yield said
    finally:
        _reading.reset(token)


def current() -> Registration | None:
    """Of the file that is being executed; None outside of any."""
    return _reading.get()
