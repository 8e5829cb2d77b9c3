"""Time budget and figures of the fuzz tests, fault injection and soak runs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

SECONDS = "DAMNIT_FUZZ_SECONDS"
"""Environment variable: seconds for each fuzz test; unset in the normal test run."""

FIGURES = "DAMNIT_FUZZ_FIGURES"
"""Environment variable: JSON-lines file that collects the figures of a session."""


def rounds(quick: int) -> Iterator[int]:
    """Yield round numbers: `quick` of them, or as many as fit into the session's seconds."""
    seconds = os.environ.get(SECONDS)
    end = time.monotonic() + float(seconds) if seconds else None
    number = 0
    while number < quick or (end is not None and time.monotonic() < end):
        yield number
        number += 1


def report(name: str, *, tried: int, survived: int, told: int, wrong: int) -> None:
    """Print one line of figures and add it to the session's file.

    Args:
        name: What was attacked, such as "damaged fragments".
        tried: Number of inputs or faults.
        survived: How many had no effect on any result.
        told: How many ended in an error message that names the cause.
        wrong: How many gave a wrong value, a crash, a hang or a loss. Must be 0.
    """
    figures = {"name": name, "tried": tried, "survived": survived, "told": told, "wrong": wrong}
    print(f"{name}: tried {tried}, survived {survived}, told {told}, wrong {wrong}")
    if path := os.environ.get(FIGURES):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")
