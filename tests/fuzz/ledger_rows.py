"""Arbitrary rows for every table of a ledger and of a run database."""

from __future__ import annotations

import json
import random
import sqlite3

DEEP = "[" * 20_000 + "]" * 20_000
CELLS = [
    None, 0, 1, -1, 7, 1234, 2**31, 2**63 - 1, -(2**63), 0.5, -1e300, float("inf"), 1e20,
    "", "x", "raw", "proc", "all", "local", "slurm", "kafka", "watcher", "request", "arrival",
    "1e400", "9" * 5000, "\x1b[2J\u202e\u009b", "a\0b", "null", "{}", "[]", "[1]", "Infinity",
    '{"jobs": [99999999999999999999999]}', '{"runs": [[1234, 1]]}', '{"failed": true}',
    '{"jobs": [1], "memory": "lots"}', '{"runs": [[1234, Infinity]]}', DEEP,
    f'{{"jobs": {DEEP}}}', b"", b"\xff\xfe", b"\x93NUMPY\x01\x00\xff\xff", b"\x89PNG\r\n\x1a\n",
]  # fmt: skip
STATES = {
    "jobs": ["queued", "submitted", "running", "done", "failed", "strange"],
    "requests": ["waiting", "taken", "done", "refused", "strange"],
    "arrivals": ["pending", "accepted", "ignored", "strange"],
}
KINDS = ["reprocess", "cancel", "retry", "combine", "prioritise", "dance"]


def insert_row(con: sqlite3.Connection, table: str, chance: random.Random) -> bool:
    """Insert a row; False if the table's own constraints refuse it."""
    columns = [row[1] for row in con.execute(f'PRAGMA table_info("{table}")')]
    values = {name: _cell(table, name, chance) for name in columns}
    if columns and columns[0] == "id" and chance.random() < 0.9:
        del values["id"]
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    try:
        con.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(values.values()))
    except sqlite3.Error:
        return False
    return True


def _cell(table: str, column: str, chance: random.Random):
    if column == "state" and table in STATES and chance.random() < 0.9:
        return chance.choice(STATES[table])
    if column == "kind" and chance.random() < 0.8:
        return chance.choice(KINDS)
    if column == "payload" and chance.random() < 0.3:
        return json.dumps(
            {"runs": [[chance.choice([1, 1234, 2**70]), chance.choice([1, -1, "x"])]]}
        )
    if column in ("created_at", "recorded_at", "user", "host") and chance.random() < 0.6:
        return 1e9 if column.endswith("_at") else "me"
    if column in ("proposal", "run", "asked", "priority", "attempt") and chance.random() < 0.5:
        return chance.randrange(3)
    if column in ("reason", "answer", "message", "scope", "match") and chance.random() < 0.6:
        return chance.choice(["", "[]", "x"])
    return chance.choice(CELLS)
