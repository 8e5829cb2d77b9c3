"""The run that the corpus is evaluated on: no files, ten trains, one source.

Used in the user's Python and in the peer's: NumPy only.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class MadeUpKey:
    """`run[source, key]`."""

    def ndarray(self) -> Any:
        """One number a train."""
        return np.arange(10.0)


class MadeUpRun:
    """What a function gets as the run."""

    train_ids = tuple(range(1000, 1010))

    def __getitem__(self, item: tuple[str, str]) -> MadeUpKey:
        if item != ("XGM", "energy"):
            raise KeyError(f"no source {item[0]}")
        return MadeUpKey()


def plain(value: Any) -> Any:
    """A result as JSON has it."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return value
