"""Detect a deleted or damaged ledger, and rebuild it from the remaining information.

Lost in the process: waiting jobs and requests, the history of jobs, the journal of edits.
No run is lost: those whose files are newer than their values are processed.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from ..atomic_write import atomic_write
from ..errors import DamnitError
from ..ledger import (
    ArrivalState,
    Connection,
    Ledger,
    TakenFiles,
    get_value,
    number_jobs_after,
    record_arrival,
    save_files,
    set_value,
)
from ..model import RunKey
from ..model.arrival import Arrival, ArrivalSource
from ..paths import DamnitFolder, existing_runs, find_proposal
from ..permissions import file_bits, make_shared_folder
from ..store import Database, NotADatabase, find_damage, load_computed_times
from ..submission import highest_job_number
from .run_scanner import Place, count_files, run_folder_name
from .settle_times import KINDS

log = logging.getLogger(__name__)

FIRST_POLL = "first look"
"""Key for the time at which the daemon first scanned the proposal."""

OLDER = "older runs"
"""Key for the runs found then; a daemon may end before they are decided upon."""

MEMO = "known.json"
"""Below `.damnit`: data for a new ledger, and proof that there was one."""
RENEWED = "renewed"
"""Key for the time and the reason of the rebuild."""
NEWLY_MADE = "it was done before the ledger was rebuilt"
CONFIRM_S = 2.0
"""How long a ledger must be missing before it is given up."""


class LedgerGone(DamnitError):  # noqa: N818 – house style
    """The ledger was deleted or damaged while the daemon was running."""


class LedgerWatch:
    """Decides when to give up an unusable ledger.

    Args:
        folder: The DAMNIT folder.
    """

    def __init__(self, folder: DamnitFolder) -> None:
        self._folder = folder
        self._wrong_since_s: float | None = None

    def works(self) -> None:
        """Note that the ledger is usable."""
        self._wrong_since_s = None

    def fails(self, now_s: float) -> None:
        """Note that the ledger is unusable.

        Raises:
            LedgerGone: If it has not recovered for some time; gives the reason.
        """
        reason = why_unusable(self._folder)
        if not reason:
            self._wrong_since_s = None
            return
        if self._wrong_since_s is None:
            self._wrong_since_s = now_s
        if now_s - self._wrong_since_s >= CONFIRM_S:
            raise LedgerGone(
                f"{self._folder.ledger} {reason}. This daemon exits.",
                hint="The next one rebuilds the ledger; no action is needed.",
            )


def why_unusable(folder: DamnitFolder) -> str:
    """Return why the ledger must be rebuilt; empty if it need not be, or that is unknown.

    A missing folder, as on a file system that is not mounted, is no reason.
    """
    if not folder.database.exists():
        return ""
    if not folder.ledger.exists():
        return "was deleted"
    try:
        with Ledger(folder.ledger).reading() as con:
            damage = find_damage(con)
            missing = _missing_tables(con)
    except NotADatabase as error:
        return error.message.removeprefix(f"{folder.ledger} ").rstrip(".")
    except DamnitError:  # locked, or permission denied: not damaged
        return ""
    if damage:
        return f"is damaged ({damage[0]})"
    return f"lacks its table {missing}" if missing else ""


def renew_ledger(
    folder: DamnitFolder,
    proposal: int,
    *,
    now: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Replace an unusable ledger with a new one; move the remains of the old one aside.

    Does nothing if no daemon ever ran here, or the ledger is intact.

    Returns:
        The action taken, in a sentence; empty if none.

    Raises:
        DamnitError: If the folder is not writable, or the proposal not readable.
    """
    now = time.time() if now is None else now
    memo = _load_memo(folder)
    if not _is_lost(folder, memo):
        return ""
    sleep(CONFIRM_S)  # shared storage may lag
    if not _is_lost(folder, memo):
        return ""
    reason = why_unusable(folder)
    done, unprocessed = _sort_runs(folder, proposal)
    aside = _move_aside(folder.ledger, now)
    ledger = Ledger(folder.ledger)
    ledger.create()
    sentence = f"The ledger {reason}; it was rebuilt."
    if aside is not None:
        sentence += f" The old one is kept as {aside.name}."
    with ledger.writing() as con:
        # Slurm's submissions are identified by job number: no other job may get the same one.
        number_jobs_after(con, highest_job_number(folder))
        for name, value in (memo or {}).items():
            set_value(con, name, value)
        for place, files in done.items():
            key, kind = place
            path = f"p{key.proposal:06d}/{kind}/{run_folder_name(key.run)}"
            arrival = Arrival(ArrivalSource.WATCHER, path, key, kind, files.newest_ns / 1e9)
            record_arrival(con, arrival, now=now, state=ArrivalState.IGNORED, reason=NEWLY_MADE)
            save_files(con, key, kind, files, now=now)
        set_value(con, RENEWED, json.dumps([now, sentence]))
    log.warning("%s Runs to be processed: %s", sentence, len(unprocessed))
    return sentence


def load_renewal(con: Connection) -> tuple[float, str] | None:
    """Return when, and why, the ledger was rebuilt; None if it was not."""
    try:
        at, sentence = json.loads(str(get_value(con, RENEWED)))
        return float(at), str(sentence)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None


def was_there(folder: DamnitFolder) -> bool:
    """Return True if our daemon has run in a folder, with a ledger."""
    return (folder.internals / MEMO).exists()


def save_memo(folder: DamnitFolder) -> None:
    """Save the data for a new ledger next to it; a failure to write is only logged.

    Raises:
        StoreError: If the ledger cannot be read.
    """
    with Ledger(folder.ledger).reading() as con:
        known = {name: get_value(con, name) for name in (FIRST_POLL, OLDER)}
    text = json.dumps({name: value for name, value in known.items() if value is not None})
    path = folder.internals / MEMO
    try:
        if path.exists() and path.read_text("utf-8") == text:
            return
        make_shared_folder(folder.internals)
        atomic_write(path, text.encode(), file_bits(path.parent))
    except (OSError, DamnitError) as error:
        log.warning("%s cannot be written: %s", path, error)


def _load_memo(folder: DamnitFolder) -> Mapping[str, str | float] | None:
    try:
        found = json.loads((folder.internals / MEMO).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str | int | float)}


def _is_lost(folder: DamnitFolder, memo: object) -> bool:
    """Return True if a ledger became unusable; without an earlier daemon there was none."""
    return bool(why_unusable(folder)) and (memo is not None or folder.ledger.exists())


def _missing_tables(con: Connection) -> str:
    there = {name for (name,) in con.execute("SELECT name FROM sqlite_master").fetchall()}
    return ", ".join(sorted({"jobs", "arrivals", "requests", "lease", "meta"} - there))


def _sort_runs(folder: DamnitFolder, proposal: int) -> tuple[dict[Place, TakenFiles], list[Place]]:
    """Split runs into those that need no work, and those without values newer than their files."""
    proposal_folder = find_proposal(proposal)
    with Database(folder.database).reading() as con:
        newest = load_computed_times(con)
    done: dict[Place, TakenFiles] = {}
    unprocessed = []
    for run in existing_runs(proposal_folder):
        for kind in KINDS:
            place = (RunKey(proposal, run), kind)
            files = count_files(proposal_folder, place)
            if files is None or not files.hdf5_files:
                continue
            if files.data_at > newest.get(place[0], 0.0):
                unprocessed.append(place)
            else:
                done[place] = TakenFiles(
                    files.hdf5_files, files.data_bytes, files.data_ns, files.folder_ns
                )
    return done, unprocessed


def _move_aside(ledger: Path, now: float) -> Path | None:
    """Move a damaged ledger aside, with its journal, which would be replayed into the new one."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
    moved = None
    for suffix in ("", "-journal", "-wal", "-shm"):
        path = ledger.with_name(ledger.name + suffix)
        target = ledger.with_name(f"{ledger.name}.damaged-{stamp}{suffix}")
        with suppress(FileNotFoundError):
            path.rename(target)
            moved = moved or target
    return moved
