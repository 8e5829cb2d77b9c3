"""Resolve user-supplied paths; all of them pass through here."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from .errors import DamnitError

LONGEST_SHOWN = 60


def typed_path(text: str | Path, base: Path | None = None) -> Path:
    """Convert typed text to an absolute path, which need not exist.

    Args:
        text: A path, possibly with `~` or `~user` and surrounding blanks.
        base: Base of a relative path; None for the current directory.

    Raises:
        DamnitError: If it is not a valid path, or names an unknown user.
    """
    typed = str(text).strip()
    shown = typed if len(typed) <= LONGEST_SHOWN else f"{typed[:LONGEST_SHOWN]}…"
    if not typed:
        raise DamnitError("No path was given.")
    try:
        path = Path(typed).expanduser()
    except RuntimeError:
        user = Path(typed).parts[0]
        hint = f"For a folder of that name use ./{user}"
        raise DamnitError(f"There is no user {user[1:] or '~'}: {shown}.", hint=hint) from None
    try:
        path = (Path.cwd() if base is None else base) / path
        os.lstat(path)
    except ValueError:  # a null byte, or characters that no file system can store
        raise DamnitError(f"{shown!r} is not a valid path.") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise DamnitError(f"The path is too long: {shown}") from None
        if error.errno == errno.ENOENT and not path.is_absolute():
            raise DamnitError(
                "The current directory no longer exists.", hint="Give a full path."
            ) from None
    return path
