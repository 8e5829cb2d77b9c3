"""Detect folders that are copies of another one and still share its identity.

A folder's identity (`db_id`) names its update topic, and what the app stores for it per user:
filters, marks, drafts. The daemon records the folder's path; a copy brings that record along.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

from ..atomic_write import atomic_write
from ..errors import DamnitError
from ..paths import DamnitFolder
from ..permissions import file_bits, make_shared_folder
from .creation import new_db_id
from .database import Database
from .settings import DB_ID, load_setting, save_setting

log = logging.getLogger(__name__)

NOTE = "place.json"
"""Below `.damnit`: path of the folder, and its identity."""


def load_identity(folder: DamnitFolder) -> str:
    """Load the identity of a folder; empty if it has none.

    Raises:
        StoreError: If its database cannot be read.
    """
    with Database(folder.database).reading() as con:
        return str(load_setting(con, DB_ID) or "")


def original_of(folder: DamnitFolder) -> Path | None:
    """Return the folder this one was copied from, if they still share an identity.

    Raises:
        StoreError: If the database of this folder cannot be read.
    """
    try:
        stored = json.loads((folder.internals / NOTE).read_text("utf-8"))
        place, identity = Path(str(stored["path"])), str(stored["db_id"])
        is_elsewhere = place.is_dir() and not _is_same(DamnitFolder(place), folder)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not is_elsewhere or not identity or identity != load_identity(folder):
        return None
    try:
        is_shared = load_identity(DamnitFolder(place)) == identity
    except DamnitError:
        return None
    return place if is_shared else None


def _is_same(one: DamnitFolder, other: DamnitFolder) -> bool:
    """Return True if two paths lead to one folder, by links or by two mounts of a file system.

    Mounts differ in their device numbers, but not in the inodes, sizes and times of what they show.
    """
    if one.path.samefile(other.path):
        return True
    first, second = one.database.stat(), other.database.stat()
    inodes = [
        (folder.path.stat().st_ino, found.st_ino, found.st_size, found.st_mtime_ns)
        for folder, found in ((one, first), (other, second))
    ]
    return first.st_dev != second.st_dev and inodes[0] == inodes[1]


def note_place(folder: DamnitFolder) -> Path | None:
    """Record a folder's path, unless it is a copy; failing to write it is not an error.

    Returns:
        The folder it is a copy of; None if it is none.

    Raises:
        StoreError: If its database cannot be read.
    """
    if original := original_of(folder):
        return original
    path = folder.internals / NOTE
    note = {"path": str(folder.path.absolute()), "db_id": load_identity(folder)}
    text = json.dumps(note)
    try:
        if path.exists() and path.read_text("utf-8") == text:
            return None
        make_shared_folder(folder.internals)
        atomic_write(path, text.encode(), file_bits(path.parent))
    except (OSError, DamnitError) as error:
        log.info("%s cannot be written: %s", path, error)
    return None


def give_new_identity(folder: DamnitFolder) -> str:
    """Give a folder its own identity; nothing else in it changes.

    Raises:
        StoreError: If its database cannot be written.
    """
    identity = new_db_id()
    with Database(folder.database).writing() as con:
        save_setting(con, DB_ID, identity)
    note_place(folder)
    return identity


def copy_sentence(original: Path) -> str:
    """Explain what a copy shares."""
    return (
        f"This folder is a copy of {original} and has its identity: both share the update topic of "
        "the broker, filters, marks and drafts."
    )
