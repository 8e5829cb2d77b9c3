"""Other users of the machine, by their numbers: what they run really runs as them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
PROGRAMS = (Path(sys.base_prefix), Path(sys.prefix), PROJECT)
"""What another user has to reach to run our Python."""


@dataclass(frozen=True)
class User:
    """A number and groups, the first of which new files get."""

    name: str
    number: int
    groups: tuple[int, ...]

    def command(self, *words: str) -> list[str]:
        """The words with which root runs others as this user."""
        groups = ",".join(map(str, self.groups))
        become = ["setpriv", f"--reuid={self.number}", f"--regid={self.groups[0]}"]
        return [*_reach(), *become, f"--groups={groups}", *words]

    def run(self, *words: str, cwd: Path, umask: int = 0o022, **environment: str):
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            cwd=cwd, umask=umask, env=self.environment(**environment), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def environment(self, **more: str) -> dict[str, str]:
        """Ours, with the user's name."""
        mine = {"USER": self.name, "LOGNAME": self.name, "HOME": "/nonexistent"}
        return os.environ | mine | {"AMORE_BROKER": "none", "DAMNIT_TUI_TOUR": "off"} | more


def need_other_users() -> None:
    """Skip where nobody else can be had, or our Python is out of their reach."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can be another user")
    nobody = User("nobody", 54320, (54320,))
    done = nobody.run(sys.executable, "-c", "import damnit_daemon", cwd=Path("/"))
    if done.returncode:
        pytest.skip(f"our Python cannot be run by others: {done.stderr.strip()[-200:]}")


def _reach() -> list[str]:
    """Words that open the way to our Python, where it is below a home that only its owner enters.

    In a mount namespace of its own: nobody else sees it, and it goes with the process.
    """
    closed = sorted({path for program in PROGRAMS if (path := _closed_part(program))})
    if not closed:
        return []
    lines = ["set -e", "mount --make-rprivate /"]
    wanted = [program for program in PROGRAMS if _closed_part(program)]
    lines += [f"exec {number}<'{path}'" for number, path in enumerate(wanted, 3)]
    lines += [f"mount -t tmpfs -o mode=755 none '{path}'" for path in closed]
    for number, path in enumerate(wanted, 3):
        lines += [
            f"(umask 022; mkdir -p '{path}')",
            f"mount -c --bind /proc/self/fd/{number} '{path}'",
        ]
        lines += [f"exec {number}<&-"]
    return ["unshare", "--mount", "sh", "-c", "\n".join([*lines, 'exec "$@"']), "sh"]


def _closed_part(path: Path) -> Path | None:
    """The first folder on the way that others cannot enter."""
    way = [*reversed(path.resolve().parents), path.resolve()]
    return next((folder for folder in way if not folder.stat().st_mode & 0o001), None)
