"""Edit comments and user variables as in DAMNIT's own window.

`edit.py FOLDER PROPOSAL RUN`: the calls that its window makes, without the window.
"""

from __future__ import annotations

import sys
from pathlib import Path

from damnit.backend.db import DamnitDB, ReducedData
from damnit.backend.user_variables import UserEditableVariable

COLUMNS = {
    "good_run": ("Good run", "boolean", True),
    "sample_number": ("Sample/Number", "integer", 7),
    "thickness": ("Sample/Thickness", "number", 0.25),
    "sample_name": ("Sample/Name", "string", "lysozyme µ"),
}


def main(folder: str, proposal: str, run: str) -> None:
    """Add a column of each type with a value, one without, and comments."""
    db = DamnitDB(Path(folder) / "runs.sqlite")
    key = int(proposal), int(run)
    for name, (title, kind, value) in COLUMNS.items():
        db.add_user_variable(UserEditableVariable(name, title, kind, description=f"about {title}"))
        db.set_variable(*key, name, ReducedData(value), provenance="manual-input")
    db.add_user_variable(UserEditableVariable("unused", "Never filled", "string"))
    db.change_run_comment(*key, "a comment – with µ")
    db.add_standalone_comment(1_767_225_600.5, "beam is back")
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
