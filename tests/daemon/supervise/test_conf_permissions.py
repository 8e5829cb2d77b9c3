"""Permissions of supervisord.conf, readable only to those who may write to the folder."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest

from damnit_daemon.paths import DamnitFolder
from damnit_daemon.permissions import ACL, ACL_ENTRY
from damnit_daemon.supervise.conf_io import write_conf

OWNER, NAMED, GROUP, MASK, OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
READER, MEMBER, STRANGER, TEAM = 54321, 54322, 54323, 54399
NOBODY_IN_PARTICULAR = 0xFFFFFFFF

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")


def set_acl(path, name, **rights):
    tags = {"owner": OWNER, "reader": NAMED, "group": GROUP, "mask": MASK, "others": OTHERS}
    entries = [
        ACL_ENTRY.pack(tags[who], bits, READER if who == "reader" else NOBODY_IN_PARTICULAR)
        for who, bits in rights.items()
    ]
    try:
        os.setxattr(path, name, (2).to_bytes(4, "little") + b"".join(entries))
    except OSError as error:
        pytest.skip(f"this file system has no access control lists: {error}")


def conf(tmp_path, mode, acl=None):
    folder = DamnitFolder(tmp_path / "amore")
    folder.path.mkdir()
    os.chown(folder.path, -1, TEAM if os.getuid() == 0 else os.getgid())
    folder.path.chmod(mode)
    if acl is not None:
        set_acl(folder.path, ACL, **acl)
        set_acl(folder.path, "system.posix_acl_default", **acl)
    return write_conf(folder, "[supervisord]")


@needs_root
@pytest.mark.parametrize(
    ("mode", "bits"),
    [
        (0o2770, 0o640),
        (0o2775, 0o640),
        (0o2777, 0o640),
        (0o750, 0o600),
        (0o2750, 0o600),
        (0o700, 0o600),
        (0o770, 0o600),  # the file is of another group than the folder: it cannot be given to it
    ],
)
def test_conf_is_readable_to_group_only_if_group_may_write_to_folder(tmp_path, mode, bits):
    path = conf(tmp_path, mode)
    assert oct(stat.S_IMODE(path.stat().st_mode)) == oct(bits)


@needs_root
@pytest.mark.parametrize(
    ("acl", "bits"),
    [
        ({"owner": 7, "reader": 5, "group": 7, "mask": 7, "others": 0}, 0o640),
        ({"owner": 7, "reader": 7, "group": 5, "mask": 7, "others": 0}, 0o600),
        ({"owner": 7, "reader": 5, "group": 5, "mask": 5, "others": 0}, 0o600),
    ],
)
def test_conf_does_not_inherit_access_control_list_of_folder(tmp_path, acl, bits):
    path = conf(tmp_path, 0o2770, acl)
    assert oct(stat.S_IMODE(path.stat().st_mode)) == oct(bits)
    assert ACL not in os.listxattr(path)


@needs_root
def test_conf_is_unreadable_to_users_with_read_only_access_to_folder(tmp_path):
    for parent in [*tmp_path.parents][:3]:
        parent.chmod(parent.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    acl = {"owner": 7, "reader": 5, "group": 7, "mask": 7, "others": 5}
    path = conf(tmp_path, 0o2775, acl)

    def reads(user, group):
        command = ["cat", str(path)]
        done = subprocess.run(
            command, user=user, group=group, extra_groups=[], capture_output=True, check=False
        )
        return done.returncode == 0

    assert reads(MEMBER, TEAM)
    assert not reads(READER, STRANGER)
    assert not reads(STRANGER, STRANGER)
