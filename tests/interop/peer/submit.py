"""Submit results from outside a context file: `submit.py FOLDER PROPOSAL RUN`."""

from __future__ import annotations

import sys

import numpy as np
from damnit import submit
from damnit.context import Cell, Skip


def main(folder: str, proposal: str, run: str) -> None:
    """A number, an array and an error."""
    submit(
        int(proposal),
        int(run),
        {"by_hand": Cell(2.5, units="mm"), "an_array": np.arange(6.0).reshape(2, 3)},
        provenance="notebook",
        errors={"gone": Skip("nothing there")},
        damnit_dir=folder,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
