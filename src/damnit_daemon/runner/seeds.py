"""Random numbers in forked children: each starts as if it had loaded the context file itself.

Generators seeded by the system are reseeded in each child, or all runs would draw the same
numbers. Those seeded by the file keep their state: equal numbers in each run are intended.
"""

from __future__ import annotations

import gc
import random
import secrets
import sys
from typing import Any

BLOCK = 624
"""Words that an MT19937 generates at once."""
BLOCKS_AT_ONCE = 2000
MOST_BLOCKS = 40_000
"""25 million numbers; a generator that drew more while the file was loaded counts as seeded."""
LEAST_ENTROPY = 2**64
"""NumPy takes 128 bits from the system; seeds chosen by the user are shorter."""
LEAST_TORCH_SEED = 2**32
"""PyTorch takes 53 bits from the system."""


class Seeds:
    """The generators of this process; created before the context file is loaded."""

    def __init__(self) -> None:
        self._random = random.getstate()
        self._is_random_seeded = False
        self._generators: list[Any] = []

    def note(self) -> None:
        """Record, once the file is loaded, which generators exist, and which it seeded."""
        import numpy as np

        now = random.getstate()
        self._is_random_seeded = now != self._random and not _is_ahead(
            _bit_generator(self._random), _bit_generator(now)
        )
        self._random = now
        kinds = (np.random.Generator, np.random.RandomState)
        self._generators = [
            bits
            for each in gc.get_objects()
            if isinstance(each, kinds)
            and not _is_seeded(
                bits := each.bit_generator
                if isinstance(each, np.random.Generator)
                else each._bit_generator
            )
        ]

    def renew(self) -> None:
        """Reseed the unseeded generators: in a child, before it calls the user's code."""
        if self._is_random_seeded:
            random.setstate(self._random)  # Python itself reseeds it in every child
        for bits in self._generators:
            bits.state = type(bits)(secrets.randbits(128)).state
        torch: Any = sys.modules.get("torch")
        if hasattr(torch, "initial_seed") and torch.initial_seed() >= LEAST_TORCH_SEED:
            torch.seed()


def _is_seeded(bits: Any) -> bool:
    """Return True if a bit generator's seed was chosen by the user."""
    import numpy as np

    sequence = getattr(bits, "seed_seq", None) or getattr(bits, "_seed_seq", None)
    entropy = getattr(sequence, "entropy", None)
    if not isinstance(entropy, int) or entropy < LEAST_ENTROPY:
        return True
    # np.random.seed() and RandomState(seed) change the state, but not the seed sequence.
    return isinstance(bits, np.random.MT19937) and not _is_ahead(np.random.MT19937(sequence), bits)


def _bit_generator(state: Any) -> Any:
    """Return NumPy's generator in the state of Python's."""
    import numpy as np

    *key, position = state[1]
    made = np.random.MT19937(0)
    key = np.array(key, dtype=np.uint32)
    made.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}
    return made


def _is_ahead(first: Any, later: Any) -> bool:
    """Return True if an MT19937 reaches the state of another one by drawing numbers."""
    block = _from_block_begin(later).random_raw(BLOCK)
    first = _from_block_begin(first)
    for _ in range(MOST_BLOCKS // BLOCKS_AT_ONCE):
        drawn = first.random_raw(BLOCK * BLOCKS_AT_ONCE).reshape(-1, BLOCK)
        if (drawn == block).all(axis=1).any():
            return True
    return False


def _from_block_begin(bits: Any) -> Any:
    """Return a copy that draws the words of its state from the first on."""
    import numpy as np

    made, key = np.random.MT19937(0), bits.state["state"]["key"]
    made.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": 0}}
    return made
