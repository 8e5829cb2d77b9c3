"""A ledger that was deleted or damaged: how it is noticed, and a new one made of what is known.

What is not known any more: jobs and requests that were waiting, the history of jobs, the journal
of edits. No run is lost: those whose files are newer than their values are processed.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from ..errors import DamnitError
from ..ledger import (
    ArrivalState,
    Connection,
    Ledger,
    TakenFiles,
    number_jobs_after,
    recall,
    record_arrival,
    remember,
    save_files,
)
from ..model import RunKey
from ..model.arrival import Arrival, ArrivalSource
from ..paths import DamnitFolder, existing_runs, find_proposal
from ..permissions import make_shared_folder
from ..store import Database, NotADatabase, find_damage, load_computed_times
from ..store.creation import new_file_beside
from ..submission import highest_job_number
from .run_scanner import Place, count_files, run_folder_name
from .settle_times import KINDS

log = logging.getLogger(__name__)

FIRST_LOOK = "first look"
"""Remembered: when the daemon first looked at the proposal."""

OLDER = "older runs"
"""Remembered: which runs it saw there; a daemon may end before they are decided upon."""

MEMO = "known.json"
"""Below `.damnit`: what a new ledger is made of, and the sign that there was one."""
RENEWED = "renewed"
"""Remembered: why and when the ledger was made anew."""
NEWLY_MADE = "it was done before the ledger was made anew"
CONFIRM_S = 2.0
"""How long a ledger has to be gone before it is given up."""


class LedgerGone(DamnitError):  # noqa: N818 – house style
    """The ledger was deleted or damaged while the daemon works."""


class LedgerWatch:
    """Decides when a ledger that cannot be used is to be given up.

    Args:
        folder: The DAMNIT folder.
    """

    def __init__(self, folder: DamnitFolder) -> None:
        self._folder = folder
        self._wrong_since_s: float | None = None

    def works(self) -> None:
        """Note that it can be used."""
        self._wrong_since_s = None

    def fails(self, now_s: float) -> None:
        """Note that it cannot.

        Raises:
            LedgerGone: If it has not come back for some time; says what it is.
        """
        reason = why_unusable(self._folder)
        if not reason:
            self._wrong_since_s = None
            return
        if self._wrong_since_s is None:
            self._wrong_since_s = now_s
        if now_s - self._wrong_since_s >= CONFIRM_S:
            raise LedgerGone(
                f"{self._folder.ledger} {reason}. This daemon ends.",
                hint="The next one makes a new ledger of what is known; nothing is to be done.",
            )


def why_unusable(folder: DamnitFolder) -> str:
    """Say why the ledger has to be made anew; empty if that is not so, or cannot be told.

    A folder that is not there now, as of a file system that is not mounted, is no reason.
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
    except DamnitError:  # locked, not to be read: nothing is wrong with it
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
    """Make a new ledger where there was one that cannot be used; move what is left of it aside.

    Does nothing where no daemon ever worked, or the ledger is well.

    Returns:
        What was done, in a sentence; empty if nothing.

    Raises:
        DamnitError: If the folder cannot be written, or the proposal not be read.
    """
    now = time.time() if now is None else now
    memo = _load_memo(folder)
    if not _is_lost(folder, memo):
        return ""
    sleep(CONFIRM_S)  # storage that machines share may be late
    if not _is_lost(folder, memo):
        return ""
    reason = why_unusable(folder)
    done, owed = _sort_runs(folder, proposal)
    aside = _move_aside(folder.ledger, now)
    ledger = Ledger(folder.ledger)
    ledger.create()
    sentence = f"The ledger {reason}; it was made anew."
    if aside is not None:
        sentence += f" What is left of the old one is {aside.name}."
    with ledger.writing() as con:
        # What Slurm was given is known by the job's number: no other job may get it.
        number_jobs_after(con, highest_job_number(folder))
        for name, value in (memo or {}).items():
            remember(con, name, value)
        for place, files in done.items():
            key, kind = place
            path = f"p{key.proposal:06d}/{kind}/{run_folder_name(key.run)}"
            arrival = Arrival(ArrivalSource.WATCHER, path, key, kind, files.newest_ns / 1e9)
            record_arrival(con, arrival, now=now, state=ArrivalState.IGNORED, reason=NEWLY_MADE)
            save_files(con, key, kind, files, now=now)
        remember(con, RENEWED, json.dumps([now, sentence]))
    log.warning("%s Runs that are processed again, or for the first time: %s", sentence, len(owed))
    return sentence


def load_renewal(con: Connection) -> tuple[float, str] | None:
    """When, and why, the ledger was made anew; None if it was not."""
    try:
        at, sentence = json.loads(str(recall(con, RENEWED)))
        return float(at), str(sentence)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None


def was_there(folder: DamnitFolder) -> bool:
    """Whether a daemon of ours has worked in a folder, with a ledger."""
    return (folder.internals / MEMO).exists()


def keep_memo(folder: DamnitFolder) -> None:
    """Keep beside the ledger what a new one is made of; if that cannot be, it is done without.

    Raises:
        StoreError: If the ledger cannot be read.
    """
    with Ledger(folder.ledger).reading() as con:
        known = {name: recall(con, name) for name in (FIRST_LOOK, OLDER)}
    text = json.dumps({name: value for name, value in known.items() if value is not None})
    path = folder.internals / MEMO
    try:
        if path.exists() and path.read_text("utf-8") == text:
            return
        make_shared_folder(folder.internals)
        with new_file_beside(path) as unfinished:
            unfinished.write_text(text, "utf-8")
            unfinished.replace(path)
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
    """Whether there was a ledger that cannot be used; where no daemon worked, there was none."""
    return bool(why_unusable(folder)) and (memo is not None or folder.ledger.exists())


def _missing_tables(con: Connection) -> str:
    there = {name for (name,) in con.execute("SELECT name FROM sqlite_master").fetchall()}
    return ", ".join(sorted({"jobs", "arrivals", "requests", "lease", "meta"} - there))


def _sort_runs(folder: DamnitFolder, proposal: int) -> tuple[dict[Place, TakenFiles], list[Place]]:
    """The runs that need nothing, and those that have no values newer than their files."""
    proposal_folder = find_proposal(proposal)
    with Database(folder.database).reading() as con:
        newest = load_computed_times(con)
    done: dict[Place, TakenFiles] = {}
    owed = []
    for run in existing_runs(proposal_folder):
        for kind in KINDS:
            place = (RunKey(proposal, run), kind)
            files = count_files(proposal_folder, place)
            if files is None or not files.hdf5_files:
                continue
            if files.data_at > newest.get(place[0], 0.0):
                owed.append(place)
            else:
                done[place] = TakenFiles(
                    files.hdf5_files, files.data_bytes, files.data_ns, files.folder_ns
                )
    return done, owed


def _move_aside(ledger: Path, now: float) -> Path | None:
    """Move a damaged ledger away, and the journal, which would be played back into the new one."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
    moved = None
    for suffix in ("", "-journal", "-wal", "-shm"):
        path = ledger.with_name(ledger.name + suffix)
        target = ledger.with_name(f"{ledger.name}.damaged-{stamp}{suffix}")
        with suppress(FileNotFoundError):
            path.rename(target)
            moved = moved or target
    return moved
