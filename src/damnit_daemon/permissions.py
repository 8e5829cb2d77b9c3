"""Permissions of what we make in a folder that several people share.

New things are as open as the folder they are made in, which those people chose;
nothing that exists is widened, and no symlink is followed.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from pathlib import Path


def file_bits(folder: Path) -> int:
    """Permission bits for a new file: the folder's own, without those to execute."""
    return stat.S_IMODE(folder.stat().st_mode) & 0o666 | 0o600


def make_shared_folder(path: Path) -> None:
    """Make a folder as open as the one it is in; fine if it exists.

    Raises:
        OSError: If it cannot be made.
    """
    try:
        path.mkdir()
    except FileExistsError:
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchmod(descriptor, stat.S_IMODE(path.parent.stat().st_mode))
    finally:
        os.close(descriptor)


ACL = "system.posix_acl_access"
ACL_ENTRY = struct.Struct("<HHI")
GROUP_OBJ, MASK = 0x04, 0x10


def group_may_write(folder: Path, group: int) -> bool:
    """Whether a group may change what is in a folder: it is the folder's, and may write there.

    Where there is an access control list, the bits show the most that it gives to anybody, and
    the group's own rights are in it.
    """
    about = folder.stat()
    if about.st_gid != group or not about.st_mode & stat.S_IWGRP:
        return False
    try:
        entries = {
            tag: rights for tag, rights, _ in ACL_ENTRY.iter_unpack(os.getxattr(folder, ACL)[4:])
        }
    except (OSError, struct.error):  # it has none, or its file system knows none
        return True
    return bool(entries.get(GROUP_OBJ, 0) & entries.get(MASK, 7) & 2)


def remove_acl(descriptor: int) -> None:
    """Leave only the permission bits to a file that a folder's default list was given to.

    Raises:
        OSError: If it cannot be removed.
    """
    try:
        os.removexattr(descriptor, ACL)
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise
