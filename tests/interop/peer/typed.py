"""Show manual values as DAMNIT's window does: `typed.py FOLDER` prints JSON.

Read through its database layer: columns with their types, values, notes, tags, views.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from damnit.backend.db import DamnitDB


def main(folder: str) -> None:
    """Print all that was typed."""
    db = DamnitDB(Path(folder) / "runs.sqlite")
    variables = {
        name: {"title": v.title, "type": v.variable_type, "description": v.description}
        for name, v in db.get_user_variables().items()
    }
    names = ["comment", *variables]
    marks = ",".join("?" * len(names))
    rows = db.conn.execute(
        f"SELECT run, name, value, provenance FROM run_variables WHERE name IN ({marks})", names
    ).fetchall()
    values = {f"{run} {name}": [value, provenance] for run, name, value, provenance in rows}
    notes = db.conn.execute("SELECT timestamp, comment FROM time_comments").fetchall()
    pivot = db.conn.execute("SELECT * FROM runs").fetchall()
    print(
        json.dumps(
            {
                "variables": variables,
                "values": values,
                "notes": [list(note) for note in notes],
                "tags": sorted(db.get_all_tags()),
                "view": [sorted(set(row.keys()) & set(names)) for row in pivot][:1],
            }
        )
    )
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
