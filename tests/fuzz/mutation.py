"""Damage to files: flipped bits, overwritten, repeated, cut and added bytes."""

from __future__ import annotations

import random


def mutate(content: bytes, chance: random.Random) -> bytes:
    """Damage a file in one to eight places."""
    damaged = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 4, 8])):
        if not damaged:
            break
        kind = chance.random()
        place = chance.randrange(len(damaged))
        if kind < 0.5:
            damaged[place] ^= 1 << chance.randrange(8)
        elif kind < 0.8:
            damaged[place] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
        elif kind < 0.9:
            size = min(8, len(damaged) - place)
            damaged[place : place + size] = chance.randbytes(size)
        elif kind < 0.96:
            source = chance.randrange(len(damaged))
            block = damaged[source : source + 64]
            damaged[place : place + len(block)] = block
        else:
            del damaged[place:]
    return bytes(damaged)
