"""Checks of the folder itself: its permissions and free disk space."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from ...paths import DamnitFolder
from .finding import Finding, fine, wrong

LEAST_FREE_BYTES = 2**30
"""A run's results are megabytes, but other programs fill disks too."""


def check_permissions(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that we, and those who share the folder, can use its files."""
    if not folder.path.is_dir():
        yield wrong("folder", f"There is no folder {folder.path}.", "damnit-daemon proposal NUMBER")
        return
    findings = [finding for path in _parts(folder) for finding in _check_path(folder, path)]
    if not findings:
        mode = stat.filemode(folder.path.stat().st_mode)
        findings = [fine("folder", f"{folder.path} ({mode})")]
    yield from findings


def check_disk(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that there is room for results."""
    free_bytes = shutil.disk_usage(folder.path).free
    text = f"{free_bytes / 1e9:.1f} GB free"
    if free_bytes < LEAST_FREE_BYTES:
        yield wrong("disk", text, f"Free some space: du -sh {_quoted(folder.path)}/*")
    else:
        yield fine("disk", text)


def _parts(folder: DamnitFolder) -> list[Path]:
    paths = [folder.path, folder.database, folder.ledger, folder.context_file]
    paths += [folder.extracted_data, folder.process_logs, folder.internals]
    return [path for path in paths if path.exists()]


def _check_path(folder: DamnitFolder, path: Path) -> Iterator[Finding]:
    needed = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
    if path == folder.context_file:
        needed = os.R_OK
    letters = {os.R_OK: "read", os.W_OK: "write", os.X_OK: "enter"}
    missing = [word for bit, word in letters.items() if needed & bit and not os.access(path, bit)]
    mine = path.stat()
    if missing:
        bits = "".join(word[0].replace("e", "X") for word in missing)
        fix = f"chmod u+{bits} {_quoted(path)}"
        if mine.st_uid != os.getuid():
            fix = f"Ask {_owner(path)} to run: chmod g+{bits} {_quoted(path)}"
        yield wrong("folder", f"No permission to {' or '.join(missing)} {path}.", fix)
    shared = folder.path.stat().st_mode & needed * 0o10
    lacking = shared & ~mine.st_mode
    if lacking:
        bits = "".join(
            letter for bit, letter in ((0o40, "r"), (0o20, "w"), (0o10, "X")) if bit & lacking
        )
        text = f"{path} has fewer group permissions than the folder."
        yield wrong("folder", text, f"chmod g+{bits} {_quoted(path)}")


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
