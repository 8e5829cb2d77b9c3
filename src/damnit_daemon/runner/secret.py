"""Text that is used, but never printed."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A token or password whose text is never shown, in any format.

    It cannot be pickled or copied into a message by accident; `reveal` is for the one
    place that sends it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, to be passed on, never stored or formatted."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be serialised")
