"""Permissions of files and folders created in a shared folder.

They are as open as the parent folder, whose permissions its users chose; existing
permissions are never widened, and symlinks never followed.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from pathlib import Path


def file_bits(folder: Path) -> int:
    """Return the mode for a new file: the folder's, without the execute bits."""
    return stat.S_IMODE(folder.stat().st_mode) & 0o666 | 0o600


def make_shared_folder(path: Path) -> None:
    """Create a folder with its parent's permissions; an existing one is left as it is.

    Raises:
        OSError: If it cannot be created.
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
    """Return True if it is the folder's group, and the group can write there.

    With an access control list, the mode bits show only the maximum that any entry grants;
    the group's own rights are read from the list.
    """
    about = folder.stat()
    if about.st_gid != group or not about.st_mode & stat.S_IWGRP:
        return False
    try:
        entries = {
            tag: rights for tag, rights, _ in ACL_ENTRY.iter_unpack(os.getxattr(folder, ACL)[4:])
        }
    except (OSError, struct.error):  # no ACL, or not supported by the file system
        return True
    return bool(entries.get(GROUP_OBJ, 0) & entries.get(MASK, 7) & 2)


def remove_acl(descriptor: int) -> None:
    """Remove the ACL that a file inherited from its folder; only the mode bits remain.

    Raises:
        OSError: If it cannot be removed.
    """
    try:
        os.removexattr(descriptor, ACL)
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise
