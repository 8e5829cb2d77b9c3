"""Read and write `supervisord.conf`: atomically, never readable by others, with a backup."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ..atomic_write import atomic_write
from ..errors import DamnitError
from ..paths import DamnitFolder
from ..permissions import group_may_write, remove_acl
from .address import Address
from .conf_text import DAEMON_LOG, PID_FILE, SUPERVISORD_LOG, is_ours, parse_address

CONF_NAME = "supervisord.conf"


@dataclass(frozen=True)
class Configured:
    """Contents of the file in a folder."""

    address: Address | None
    """None if it is damaged or cannot be parsed."""
    is_ours: bool
    """False for a file that DAMNIT itself wrote."""


def conf_path(folder: DamnitFolder) -> Path:
    """Return the absolute path of the file."""
    return folder.path.absolute() / CONF_NAME


def load_conf(folder: DamnitFolder) -> Configured | None:
    """Read the file; None if it does not exist.

    Raises:
        DamnitError: If permission to read it is denied.
    """
    path = conf_path(folder)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamnitError(
            f"{path} cannot be read: {error.strerror}.",
            hint="Managing the daemon needs read access to this file.",
        ) from error
    return Configured(parse_address(text), is_ours(text))


def write_conf(folder: DamnitFolder, text: str) -> Path:
    """Write the file and return its path.

    Anyone who can read it can stop the daemon: its owner, and the group if that may write to
    the folder and so also change the context file. Entries of an access control list are removed.

    Raises:
        DamnitError: If the folder is not writable.
    """
    path = conf_path(folder)
    try:
        _write(path, text.encode(), mode=0o600, for_writers=True)
    except OSError as error:
        raise DamnitError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def keep_foreign_conf(folder: DamnitFolder) -> Path | None:
    """Copy a file that is not ours before it is replaced; return the path of the copy.

    Raises:
        DamnitError: If it cannot be copied.
    """
    found = load_conf(folder)
    if found is None or found.is_ours:
        return None
    path = conf_path(folder)
    number = 1
    while (copy := path.with_name(f"{CONF_NAME}.old{number}")).exists():
        number += 1
    try:
        _write(copy, path.read_bytes(), mode=0o600)
    except OSError as error:
        raise DamnitError(f"{copy} cannot be written: {error.strerror}.") from error
    return copy


def check_logs(folder: DamnitFolder) -> None:
    """Check that supervisord can write its files, and writes to no others.

    It follows links, and any user can create one in a folder that is writable for many.

    Raises:
        DamnitError: If not.
    """
    for name in (DAEMON_LOG, SUPERVISORD_LOG):
        path = folder.path / name
        if path.is_symlink() and path.lstat().st_uid != os.getuid():
            raise DamnitError(f"{path} is a link of another user.", hint="Remove it.")
        if path.exists() and not os.access(path, os.W_OK):
            raise DamnitError(
                f"{path} is not writable: it is {path.owner()}'s.",
                hint=f"Move it away: mv {name} {name}.old",
            )
    pid_file = folder.path / PID_FILE
    try:
        pid_file.unlink(missing_ok=True)  # left by one that crashed
    except OSError as error:
        raise DamnitError(f"{pid_file} cannot be removed: {error.strerror}.") from error


def _write(path: Path, content: bytes, *, mode: int, for_writers: bool = False) -> None:
    def restricted(descriptor: int) -> int:
        remove_acl(descriptor)  # inherited; the mode would reactivate it
        if for_writers and group_may_write(path.parent, os.fstat(descriptor).st_gid):
            return mode | stat.S_IRGRP
        return mode

    atomic_write(path, content, restricted)
