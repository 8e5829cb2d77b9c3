"""Tables and indexes of a ledger; never edit a released format."""

from __future__ import annotations

import sqlite3

from .run_files import TABLE as _FILES

FORMAT_VERSION = 1
"""Stored in `meta`, as `format`."""

# Nothing here needs an SQLite newer than 3.24: no STRICT, no RETURNING. Any Python on another
# host may open the file.
_TABLES = (
    "CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID",
    """CREATE TABLE lease(
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        host TEXT NOT NULL, pid INTEGER NOT NULL, machine TEXT NOT NULL, started TEXT NOT NULL,
        token TEXT NOT NULL, since REAL NOT NULL, beat_at REAL NOT NULL,
        beats INTEGER NOT NULL, info TEXT NOT NULL)""",
    """CREATE TABLE arrivals(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL, key TEXT NOT NULL,
        proposal INTEGER NOT NULL, run INTEGER NOT NULL, data TEXT NOT NULL,
        event_at REAL, backfilled INTEGER NOT NULL, recorded_at REAL NOT NULL,
        state TEXT NOT NULL, reason TEXT NOT NULL, job_id INTEGER)""",
    # AUTOINCREMENT: the number of a pruned job is never reused.
    """CREATE TABLE jobs(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        proposal INTEGER NOT NULL, run INTEGER NOT NULL, data TEXT NOT NULL,
        variables TEXT, match TEXT NOT NULL, cluster INTEGER, wanted_executor TEXT,
        scope TEXT NOT NULL,
        origin TEXT NOT NULL, user TEXT NOT NULL, processing_id TEXT NOT NULL,
        asked INTEGER NOT NULL, priority INTEGER NOT NULL, newest_at REAL NOT NULL,
        state TEXT NOT NULL, reason TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
        merged_into INTEGER,
        created_at REAL NOT NULL, started_at REAL, ended_at REAL,
        executor TEXT, host TEXT, pid INTEGER, slurm_id TEXT,
        variables_total INTEGER NOT NULL DEFAULT 0,
        variables_done INTEGER NOT NULL DEFAULT 0,
        variables_failed INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE progress(
        job_id INTEGER NOT NULL, name TEXT NOT NULL, outcome TEXT NOT NULL,
        started_at REAL, duration_s REAL, message TEXT NOT NULL,
        PRIMARY KEY (job_id, name)) WITHOUT ROWID""",
    """CREATE TABLE requests(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL, payload TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL,
        created_at REAL NOT NULL, state TEXT NOT NULL, taken_at REAL, answered_at REAL,
        answer TEXT NOT NULL)""",
    "CREATE TABLE counters(name TEXT PRIMARY KEY NOT NULL, n INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE edits(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        made_at REAL NOT NULL, author TEXT NOT NULL,
        proposal INTEGER NOT NULL, run INTEGER NOT NULL, name TEXT NOT NULL, old, new)""",
)
_INDEXES = (
    "CREATE UNIQUE INDEX arrival_key ON arrivals (source, key)",
    "CREATE INDEX arrivals_of_run ON arrivals (proposal, run, data)",
    "CREATE INDEX pending_arrivals ON arrivals (id) WHERE state = 'pending'",
    # No two queued jobs are equal.
    """CREATE UNIQUE INDEX queued_jobs ON jobs (proposal, run, data, scope)
        WHERE state = 'queued'""",
    "CREATE INDEX queue_asked ON jobs (priority DESC, id) WHERE state = 'queued' AND asked = 1",
    """CREATE INDEX queue_arrived ON jobs (newest_at DESC, proposal DESC, run DESC, data DESC, id)
        WHERE state = 'queued' AND asked = 0""",
    "CREATE INDEX jobs_by_state ON jobs (state, id)",
    "CREATE INDEX jobs_of_run ON jobs (proposal, run, id)",
    "CREATE INDEX requests_by_state ON requests (state, id)",
    "CREATE INDEX edits_of_value ON edits (proposal, run, name, id)",
)


def create_tables(con: sqlite3.Connection) -> None:
    """Create the tables of an empty ledger, inside the caller's transaction."""
    for statement in (*_TABLES, *_INDEXES):
        con.execute(statement)
    con.execute("INSERT INTO meta (key, value) VALUES ('format', ?)", (FORMAT_VERSION,))
    add_tables(con)


def add_tables(con: sqlite3.Connection) -> None:
    """Add tables that a ledger of an earlier version lacks; older programs ignore them."""
    con.execute(_FILES)
