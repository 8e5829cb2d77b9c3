"""`supervisord.conf` on disk: whole, never readable by others, what was there before is kept."""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import DamnitError
from ..paths import DamnitFolder
from ..permissions import group_may_write, remove_acl
from .address import Address
from .conf_text import DAEMON_LOG, PID_FILE, SUPERVISORD_LOG, is_ours, parse_address

CONF_NAME = "supervisord.conf"


@dataclass(frozen=True)
class Configured:
    """What the file in a folder says."""

    address: Address | None
    """None if it is damaged, or not to be understood."""
    is_ours: bool
    """False for that of DAMNIT itself."""


def conf_path(folder: DamnitFolder) -> Path:
    """The file's path, absolute."""
    return folder.path.absolute() / CONF_NAME


def load_conf(folder: DamnitFolder) -> Configured | None:
    """Read the file; None if there is none.

    Raises:
        DamnitError: If it may not be read.
    """
    path = conf_path(folder)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamnitError(
            f"{path} cannot be read: {error.strerror}.",
            hint="Who may look after the daemon is who may read this file.",
        ) from error
    return Configured(parse_address(text), is_ours(text))


def write_conf(folder: DamnitFolder, text: str) -> Path:
    """Put the file in place; tell where.

    Who may read it can stop the daemon: its owner, and the group where that may write to the
    folder, and so change the context file, too. What an access control list adds is left out.

    Raises:
        DamnitError: If the folder may not be written.
    """
    path = conf_path(folder)
    try:
        _write(path, text.encode(), mode=0o600, for_writers=True)
    except OSError as error:
        raise DamnitError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def keep_foreign_conf(folder: DamnitFolder) -> Path | None:
    """Copy a file that is not ours, and about to be replaced; tell where to.

    Raises:
        DamnitError: If that is not possible.
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
    """Make sure that supervisord can write its files, and writes to no others.

    It follows links, and in a folder that is open to many anybody can lay one.

    Raises:
        DamnitError: If not.
    """
    for name in (DAEMON_LOG, SUPERVISORD_LOG):
        path = folder.path / name
        if path.is_symlink() and path.lstat().st_uid != os.getuid():
            raise DamnitError(f"{path} is a link that somebody else made.", hint="Remove it.")
        if path.exists() and not os.access(path, os.W_OK):
            raise DamnitError(
                f"{path} may not be written: it is {path.owner()}'s.",
                hint=f"Move it away: mv {name} {name}.old",
            )
    pid_file = folder.path / PID_FILE
    try:
        pid_file.unlink(missing_ok=True)  # of one that ended without a word
    except OSError as error:
        raise DamnitError(f"{pid_file} cannot be removed: {error.strerror}.") from error


def _write(path: Path, content: bytes, *, mode: int, for_writers: bool = False) -> None:
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
            remove_acl(descriptor)  # of the folder's default; the bits below would open it again
            if for_writers and group_may_write(path.parent, os.fstat(descriptor).st_gid):
                mode |= stat.S_IRGRP
            os.fchmod(descriptor, mode)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
